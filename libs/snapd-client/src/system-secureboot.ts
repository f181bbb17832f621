import type { CallOptions, SnapdCaller } from './caller';

/** An update of one of the firmware's key databases. */
export interface SecureBootUpdate {
  'key-database': 'PK' | 'KEK' | 'DB' | 'DBX';
  /** The updates in order, each in base64; at least one. */
  payloads: readonly string[];
}

/**
 * Tells snapd that the keys of Secure Boot are being changed, so that it seals the disk's keys for both states. snapd
 * serves it to root in a snap with a connected `fwupd` slot, over /run/snapd-snap.socket, and to root on /run/snapd.socket.
 */
export class SystemSecureBoot {
  constructor(private readonly caller: SnapdCaller) {}

  /** The updating service has started: an update that was left behind is given up. */
  startup(options?: CallOptions): Promise<void> {
    return this.act({ action: 'efi-secureboot-update-startup' }, options);
  }

  /** Before the database is written. Waits for the keys to be sealed anew: give it minutes. */
  prepare(update: SecureBootUpdate, options?: CallOptions): Promise<void> {
    return this.act({ action: 'efi-secureboot-update-db-prepare', ...update }, options);
  }

  /** After it was written, or when it will not be. */
  cleanup(options?: CallOptions): Promise<void> {
    return this.act({ action: 'efi-secureboot-update-db-cleanup' }, options);
  }

  private async act(json: object, options?: CallOptions): Promise<void> {
    await this.caller.sync({ method: 'POST', path: '/v2/system-secureboot', json }, options);
  }
}
