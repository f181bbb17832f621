import { toAuthQuality, type AuthQuality } from './auth-quality';
import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { snapdPath } from './path';
import { toRow } from './rows';
import { toSystemDetails, type SystemDetails } from './system-details';

/** One of the actions a failed check offers. */
export interface EncryptionFix {
  /** Empty: check again and do nothing. */
  'fix-action': string;
  /** When given, at least one. */
  args?: Record<string, unknown>;
}

/**
 * What must be right before a system's disk is encrypted, and encrypting anew; the actions of /v2/systems that are
 * neither installing nor booting. As root.
 */
export class SystemEncryption {
  constructor(private readonly caller: SnapdCaller) {}

  /**
   * Under this name in snapd 2.76 and later, as for a PIN.
   * @throws SnapdError kind unsupported when the system knows no passphrases, invalid-passphrase when this one is weak:
   *   its value tells the reasons
   */
  async checkPassphraseQuality(label: string, passphrase: string, options?: CallOptions): Promise<AuthQuality> {
    return this.quality(label, { action: 'check-passphrase-quality', passphrase }, options);
  }

  /** @throws SnapdError kind unsupported or invalid-pin, as for a passphrase */
  async checkPinQuality(label: string, pin: string, options?: CallOptions): Promise<AuthQuality> {
    return this.quality(label, { action: 'check-pin-quality', pin }, options);
  }

  /**
   * Tries to remove what stands in the way of encryption and checks again.
   * @param label of a recovery system; undefined for the running system
   * @returns the details with what still stands in the way
   */
  async fixEncryptionSupport(
    label: string | undefined,
    fix: EncryptionFix,
    options?: CallOptions,
  ): Promise<SystemDetails> {
    const path = label === undefined ? '/v2/systems' : snapdPath('systems', label);
    const json = { action: 'fix-encryption-support', ...fix };
    const result = await this.caller.sync({ method: 'POST', path, json }, options);
    return toSystemDetails(result, { method: 'POST', path });
  }

  /** Makes the recovery key that `reprovision` will use: a secret, never to be logged. */
  async generateRecoveryKey(options?: CallOptions): Promise<string> {
    const request = { method: 'POST', path: '/v2/systems', json: { action: 'generate-recovery-key' } } as const;
    const result = await this.caller.sync(request, options);
    const required = { 'recovery-key': 'string' } as const;
    const summary = { method: 'POST', path: request.path };
    return toRow<{ 'recovery-key': string }>(result, required, summary)['recovery-key'];
  }

  /** Sets the running system's keys up anew (change kind `fde-reprovision`); wants `generateRecoveryKey` before it. */
  reprovision(options?: CallOptions): Promise<AsyncAnswer> {
    return this.caller.start({ method: 'POST', path: '/v2/systems', json: { action: 'reprovision' } }, options);
  }

  private async quality(label: string, json: object, options?: CallOptions): Promise<AuthQuality> {
    const path = snapdPath('systems', label);
    return toAuthQuality(await this.caller.sync({ method: 'POST', path, json }, options), { method: 'POST', path });
  }
}
