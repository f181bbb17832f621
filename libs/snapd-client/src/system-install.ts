import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { snapdPath } from './path';
import { toRow } from './rows';
import type { GadgetVolume } from './system-details';

/** The keyboard on which the passphrase will be typed, in XKB's names. */
export interface KeyboardConfig {
  model?: string;
  layout?: string;
  variant?: string;
  options?: string[];
}

/** How the disk is opened at boot besides the TPM. `kdf-time` is in nanoseconds. */
export type VolumesAuth =
  | { mode: 'passphrase'; passphrase: string; 'kdf-type'?: 'argon2id' | 'argon2i' | 'pbkdf2'; 'kdf-time'?: number }
  | { mode: 'pin'; pin: string; 'kdf-time'?: number };

/** Fields of the first step. */
export interface SetupStorageEncryption {
  'on-volumes': Record<string, GadgetVolume>;
  'volumes-auth'?: VolumesAuth;
  /** Wanted with `volumes-auth`. */
  'keyboard-config'?: KeyboardConfig;
}

/** Fields of the last step. */
export interface FinishInstall {
  'on-volumes': Record<string, GadgetVolume>;
  /** All optional snaps and components when absent, none for `{}`; `all` goes with nothing else. */
  'optional-install'?: { all?: boolean; snaps?: string[]; components?: Record<string, string[]> };
}

/**
 * The steps by which an installer puts a system on disk (snapd client/systems.go), as root: set up the encryption, make a
 * recovery key if wanted, finish, and for a classic system perhaps preseed.
 */
export class SystemInstall {
  constructor(private readonly caller: SnapdCaller) {}

  /** Once the change is Done its `data` holds `encrypted-devices`, by role. */
  async setupStorageEncryption(
    label: string,
    how: SetupStorageEncryption,
    options?: CallOptions,
  ): Promise<AsyncAnswer> {
    return this.start(label, { step: 'setup-storage-encryption', ...how }, options);
  }

  /**
   * Makes the recovery key that the last step will put on disk: a secret, never to be logged.
   * @throws SnapdError status 500 before the encryption was set up
   */
  async generateRecoveryKey(label: string, options?: CallOptions): Promise<string> {
    const path = snapdPath('systems', label);
    const json = { action: 'install', step: 'generate-recovery-key' };
    const result = await this.caller.sync({ method: 'POST', path, json }, options);
    const required = { 'recovery-key': 'string' } as const;
    return toRow<{ 'recovery-key': string }>(result, required, { method: 'POST', path })['recovery-key'];
  }

  /** Writes volumes and boot configuration. The system is ready for its first boot once the change is Done. */
  async finish(label: string, how: FinishInstall, options?: CallOptions): Promise<AsyncAnswer> {
    return this.start(label, { step: 'finish', ...how }, options);
  }

  /** @param targetRoot where the installed system's root is mounted */
  async preseed(label: string, targetRoot: string, options?: CallOptions): Promise<AsyncAnswer> {
    return this.start(label, { step: 'preseed', 'target-root': targetRoot }, options);
  }

  private start(label: string, step: object, options?: CallOptions): Promise<AsyncAnswer> {
    const json = { action: 'install', ...step };
    return this.caller.start({ method: 'POST', path: snapdPath('systems', label), json }, options);
  }
}
