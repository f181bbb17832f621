import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { snapdPath, withQuery } from './path';

/** Names a view of a confdb schema. */
export interface ConfdbView {
  account: string;
  schema: string;
  view: string;
}

/** Reads and writes configuration shared between snaps (behind `experimental.confdb`). */
export class Confdb {
  constructor(private readonly caller: SnapdCaller) {}

  /** Starts a change; once it is Done its `data` holds `values`, or `error` when there are none. */
  async get(of: ConfdbView, keys: readonly string[] = [], options?: CallOptions): Promise<AsyncAnswer> {
    const path = withQuery(snapdPath('confdb', of.account, of.schema, of.view), { keys });
    return this.caller.start({ method: 'GET', path }, options);
  }

  /** Starts a change that writes the values; null unsets. */
  async set(of: ConfdbView, values: Record<string, unknown>, options?: CallOptions): Promise<AsyncAnswer> {
    const path = snapdPath('confdb', of.account, of.schema, of.view);
    return this.caller.start({ method: 'PUT', path, json: { values } }, options);
  }
}
