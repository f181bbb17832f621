import type { CallOptions, SnapdCaller } from './caller';
import { toRow } from './rows';

/** Keys that open the device's disk: secrets, never to be logged. */
export interface RecoveryKeySet {
  'recovery-key'?: string;
  'reinstall-key'?: string;
}

/** The recovery keys of devices with the older full disk encryption; root only. */
export class RecoveryKeys {
  constructor(private readonly caller: SnapdCaller) {}

  /** @throws SnapdError status 500 `system does not use disk encryption` */
  async get(options?: CallOptions): Promise<RecoveryKeySet> {
    const request = { method: 'GET', path: '/v2/system-recovery-keys' };
    return toRow<RecoveryKeySet>(await this.caller.get(request.path, options), {}, request);
  }

  /** Makes the keys useless. Cannot be undone. */
  async remove(options?: CallOptions): Promise<void> {
    await this.caller.sync({ method: 'POST', path: '/v2/system-recovery-keys', json: { action: 'remove' } }, options);
  }
}
