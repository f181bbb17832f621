import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { toRow } from './rows';

/** State of one alias. */
export interface AliasStatus {
  command?: string;
  /** manual, auto or disabled. */
  status?: string;
  manual?: string;
  auto?: string;
}

/** Adds, removes or prefers aliases of a snap. */
export type AliasAction =
  | { action: 'alias'; snap: string; app: string; alias: string }
  | { action: 'unalias'; snap?: string; alias?: string }
  | { action: 'prefer'; snap: string };

/** Reads and changes the command aliases of snaps. */
export class Aliases {
  constructor(private readonly caller: SnapdCaller) {}

  /** By snap, then by alias. */
  async list(options?: CallOptions): Promise<Record<string, Record<string, AliasStatus>>> {
    const request = { method: 'GET', path: '/v2/aliases' };
    return toRow<Record<string, Record<string, AliasStatus>>>(
      await this.caller.get(request.path, options),
      {},
      request,
    );
  }

  act(action: AliasAction, options?: CallOptions): Promise<AsyncAnswer> {
    return this.caller.start({ method: 'POST', path: '/v2/aliases', json: action }, options);
  }
}
