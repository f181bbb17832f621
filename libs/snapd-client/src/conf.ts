import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { snapdPath, withQuery } from './path';
import { toRow } from './rows';

/** Reads and changes the configuration of snaps; `system` is the device's own. */
export class Conf {
  constructor(private readonly caller: SnapdCaller) {}

  /**
   * The whole document, or the given keys: `refresh.retain` comes back under that dotted name. Empty for a snap that is
   * not installed, which snapd does not tell apart.
   * @throws SnapdError kind option-not-found for a key without a value
   */
  async get(snap: string, keys: readonly string[] = [], options?: CallOptions): Promise<Record<string, unknown>> {
    const path = withQuery(snapdPath('snaps', snap, 'conf'), { keys });
    return toRow<Record<string, unknown>>(await this.caller.get(path, options), {}, { method: 'GET', path });
  }

  /**
   * Merges `patch`: keys may be dotted, null unsets. All or nothing; the new values show once the change is Done. Bad
   * values and a snap without configure hook are accepted and end the change in Error.
   * Sending the same patch again sets the same values.
   */
  async set(snap: string, patch: Record<string, unknown>, options?: CallOptions): Promise<AsyncAnswer> {
    return this.caller.start({ method: 'PUT', path: snapdPath('snaps', snap, 'conf'), json: patch }, options);
  }
}
