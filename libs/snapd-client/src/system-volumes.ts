import { toAuthQuality, type AuthQuality } from './auth-quality';
import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { withQuery } from './path';
import { toRow } from './rows';

/** A key that opens a container. */
export interface Keyslot {
  type: 'recovery' | 'platform';
  /** run, recover or run+recover; platform keys only, as the rest. */
  roles?: string[];
  /** e.g. tpm2. */
  'platform-name'?: string;
  'auth-mode'?: 'none' | 'passphrase' | 'pin';
}

/** One structure of a gadget volume that holds an encrypted container, or could. */
export interface VolumeStructure {
  'volume-name': string;
  name: string;
  encrypted: boolean;
  /** By name; absent when not encrypted. */
  keyslots?: Record<string, Keyslot>;
}

/** Names a key slot. Without a role it stands for both system-data and system-save. */
export interface KeyslotRef {
  name: string;
  'container-role'?: string;
}

/** A recovery key, made but of no effect until it is added under its id: a secret, never to be logged. */
export interface GeneratedRecoveryKey {
  /** Eight groups of five digits. */
  'recovery-key': string;
  /** What `addRecoveryKey` and `replaceRecoveryKey` want; snapd forgets it after five minutes. */
  'key-id': string;
}

/** How the platform key is to be guarded from now on. */
export type PlatformKeyOptions = {
  /** Which slots; when absent `default` and `default-fallback` of system-data and `default-fallback` of system-save. */
  keyslots?: KeyslotRef[];
} & (
  | { 'auth-mode': 'none' }
  | {
      'auth-mode': 'passphrase';
      passphrase: string;
      'kdf-type'?: 'argon2id' | 'argon2i' | 'pbkdf2';
      'kdf-time'?: number;
    }
  | { 'auth-mode': 'pin'; pin: string; 'kdf-time'?: number }
);

const PATH = '/v2/system-volumes';

/**
 * The encrypted containers of the running system and their keys (snapd 2.71 and later, hybrid systems from 25.10 on). Replacing
 * the platform key came with 2.72, adding a recovery key and changing a PIN with 2.74, both quality checks under these
 * names with 2.76.
 * @throws SnapdError status 400 `this action is not supported on this system` elsewhere, for everything here
 */
export class SystemVolumes {
  constructor(private readonly caller: SnapdCaller) {}

  /** Structures by container role (system-data, system-save, …), all of them or the given ones. */
  async list(roles?: readonly string[], options?: CallOptions): Promise<Record<string, VolumeStructure>> {
    const path = withQuery(PATH, {}, { 'container-role': roles });
    const request = { method: 'GET', path };
    const result = toRow<{ 'by-container-role'?: unknown }>(await this.caller.get(path, options), {}, request);
    return toRow<Record<string, VolumeStructure>>(result['by-container-role'] ?? {}, {}, request);
  }

  /** Makes a recovery key; nothing on disk changes. */
  async generateRecoveryKey(options?: CallOptions): Promise<GeneratedRecoveryKey> {
    const result = await this.ask({ action: 'generate-recovery-key' }, options);
    return toRow<GeneratedRecoveryKey>(
      result,
      { 'recovery-key': 'string', 'key-id': 'string' },
      { method: 'POST', path: PATH },
    );
  }

  /**
   * Checks that a recovery key opens the containers, all of them or those of the given roles.
   * @throws SnapdError kind invalid-recovery-key when it does not
   */
  async checkRecoveryKey(recoveryKey: string, roles?: readonly string[], options?: CallOptions): Promise<void> {
    await this.ask({ action: 'check-recovery-key', 'recovery-key': recoveryKey, 'container-roles': roles }, options);
  }

  /** @throws SnapdError kind keyslots-already-exist, invalid-recovery-key or insufficient-container-capacity */
  addRecoveryKey(keyId: string, keyslots: readonly KeyslotRef[], options?: CallOptions): Promise<AsyncAnswer> {
    return this.start({ action: 'add-recovery-key', 'key-id': keyId, keyslots }, options);
  }

  /**
   * The former key no longer opens anything once the change is Done.
   * @param keyslots which slots; `default-recovery` when absent
   * @throws SnapdError kind keyslots-not-found or invalid-recovery-key
   */
  replaceRecoveryKey(keyId: string, keyslots?: readonly KeyslotRef[], options?: CallOptions): Promise<AsyncAnswer> {
    return this.start({ action: 'replace-recovery-key', 'key-id': keyId, keyslots }, options);
  }

  /** Makes a new platform key and changes how it is guarded. `kdf-time` is in nanoseconds. */
  replacePlatformKey(how: PlatformKeyOptions, options?: CallOptions): Promise<AsyncAnswer> {
    return this.start({ action: 'replace-platform-key', ...how }, options);
  }

  /** @throws SnapdError kind invalid-passphrase, its value tells the reasons, when it is too weak */
  checkPassphraseQuality(passphrase: string, options?: CallOptions): Promise<AuthQuality> {
    return this.quality({ action: 'check-passphrase-quality', passphrase }, options);
  }

  /** @throws SnapdError kind invalid-pin, its value tells the reasons, when it is too weak */
  checkPinQuality(pin: string, options?: CallOptions): Promise<AuthQuality> {
    return this.quality({ action: 'check-pin-quality', pin }, options);
  }

  /** A wrong old passphrase is accepted and ends the change in Error. */
  changePassphrase(
    change: { old: string; new: string; keyslots?: readonly KeyslotRef[] },
    options?: CallOptions,
  ): Promise<AsyncAnswer> {
    const json = { 'old-passphrase': change.old, 'new-passphrase': change.new, keyslots: change.keyslots };
    return this.start({ action: 'change-passphrase', ...json }, options);
  }

  /** A wrong old PIN is accepted and ends the change in Error. */
  changePin(
    change: { old: string; new: string; keyslots?: readonly KeyslotRef[] },
    options?: CallOptions,
  ): Promise<AsyncAnswer> {
    const json = { 'old-pin': change.old, 'new-pin': change.new, keyslots: change.keyslots };
    return this.start({ action: 'change-pin', ...json }, options);
  }

  private ask(json: object, options?: CallOptions): Promise<unknown> {
    return this.caller.sync({ method: 'POST', path: PATH, json }, options);
  }

  private start(json: object, options?: CallOptions): Promise<AsyncAnswer> {
    return this.caller.start({ method: 'POST', path: PATH, json }, options);
  }

  private async quality(json: object, options?: CallOptions): Promise<AuthQuality> {
    return toAuthQuality(await this.ask(json, options), { method: 'POST', path: PATH });
  }
}
