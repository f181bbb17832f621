import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import type { SnapdFile } from './file-answer';
import { snapdPath, withQuery } from './path';
import { toRow, toRows, type RequiredFields } from './rows';
import type { MultiSnapAction, SnapAction } from './snap-actions';
import type { Snap } from './snap';

/** Which installed snaps to list. */
export interface SnapFilter {
  /** snapd's default is enabled; `all` lists every revision on disk. */
  select?: 'enabled' | 'all' | 'refresh-inhibited';
  snaps?: readonly string[];
}

const snapFields: RequiredFields<Snap> = { name: 'string', revision: 'string' };

/** Reads installed snaps and changes them. */
export class Snaps {
  constructor(private readonly caller: SnapdCaller) {}

  async list(filter: SnapFilter = {}, options?: CallOptions): Promise<Snap[]> {
    const path = withQuery('/v2/snaps', { select: filter.select, snaps: filter.snaps });
    return toRows<Snap>(await this.caller.get(path, options), snapFields, { method: 'GET', path });
  }

  /** @throws SnapdError kind snap-not-found, status 404, when it is not installed */
  async get(name: string, options?: CallOptions): Promise<Snap> {
    const path = snapdPath('snaps', name);
    return toRow<Snap>(await this.caller.get(path, options), snapFields, { method: 'GET', path });
  }

  /**
   * The .snap file of the current revision.
   * @throws SnapdError kind snap-not-found, or status 400 for a disabled snap and one that is tried out
   */
  async file(name: string, options?: CallOptions): Promise<SnapdFile> {
    const path = snapdPath('snaps', name, 'file');
    return this.caller.file({ method: 'GET', path, dedicatedConnection: true }, options);
  }

  /**
   * Acts on several snaps, or on all of them where `snaps` may be left out, in one change. Per-snap lanes by default:
   * the change may end in Error although some snaps succeeded. Removing what is not installed and refreshing without an
   * update are accepted and Done at once. Not idempotent in general: see isOutcomeUnknown.
   */
  act(action: MultiSnapAction, options?: CallOptions): Promise<AsyncAnswer> {
    return this.caller.start({ method: 'POST', path: '/v2/snaps', json: action }, options);
  }

  /**
   * Acts on one snap. Stricter than `act`: no update is a refusal (snap-no-update-available), so are installing what is
   * installed (snap-already-installed) and removing what is not (snap-not-installed).
   */
  async actOn(name: string, action: SnapAction, options?: CallOptions): Promise<AsyncAnswer> {
    return this.caller.start({ method: 'POST', path: snapdPath('snaps', name), json: action }, options);
  }
}
