import type { CallOptions, SnapdCaller } from './caller';
import { asyncAnswer, type AsyncAnswer } from './envelope';
import { toRow } from './rows';

/** One of snapd's feature flags. */
export interface FeatureFlag {
  supported?: boolean;
  'unsupported-reason'?: string;
  enabled?: boolean;
}

/** What snapd tells about the device to anyone (snapd client/client.go). */
export interface SystemInfo {
  /** snapd's version. */
  version: string;
  series?: string;
  'build-id'?: string;
  architecture?: string;
  'os-release'?: { id?: string; 'version-id'?: string };
  'on-classic'?: boolean;
  managed?: boolean;
  'kernel-version'?: string;
  /** run, install, recover or factory-reset. */
  'system-mode'?: string;
  locations?: Record<string, string>;
  /** Times with the precision of a minute. */
  refresh?: { timer?: string; schedule?: string; last?: string; hold?: string; next?: string };
  features?: Record<string, FeatureFlag>;
  confinement?: string;
  'sandbox-features'?: Record<string, string[]>;
  'snapd-bin-from'?: string;
  virtualization?: string;
}

/** How the disk was opened at this boot (snapd overlord/fdestate/activate_state.go). */
export interface StorageEncrypted {
  /** recovery: with a recovery key; degraded: some keys were of no use; indeterminate: the kernel does not tell. */
  status: 'indeterminate' | 'active' | 'inactive' | 'recovery' | 'degraded' | (string & {});
  /** success, not-initialized, not-attempted or failed-…. */
  'auto-repair-result'?: string;
  /** From snapd 2.77 on. `accepted-errors` by kind. */
  preinstall?: { requirements?: string[]; 'accepted-errors'?: Record<string, unknown> };
}

/** What to do about a system key that is not snapd's: nothing, or wait for a change. */
export type SystemKeyAdvice = { kind: 'proceed' } | ({ kind: 'wait' } & AsyncAnswer);

/** Reads what snapd and the device are. */
export class SystemInfos {
  constructor(private readonly caller: SnapdCaller) {}

  async get(options?: CallOptions): Promise<SystemInfo> {
    const request = { method: 'GET', path: '/v2/system-info' };
    return toRow<SystemInfo>(await this.caller.get(request.path, options), { version: 'string' }, request);
  }

  /** snapd 2.74 and later. */
  async storageEncrypted(options?: CallOptions): Promise<StorageEncrypted> {
    const request = { method: 'GET', path: '/v2/system-info/storage-encrypted' };
    return toRow<StorageEncrypted>(await this.caller.get(request.path, options), { status: 'string' }, request);
  }

  /**
   * Tells snapd that its security profiles may be of another time than the caller, which has found another system key;
   * snapd 2.70 and later.
   * @param systemKey JSON text of the caller's own system key
   * @throws SnapdError kind unsupported-system-key-version
   */
  async adviseSystemKeyMismatch(systemKey: string, options?: CallOptions): Promise<SystemKeyAdvice> {
    const json = { action: 'advise-system-key-mismatch', 'system-key': systemKey };
    const request = { method: 'POST', path: '/v2/system-info', json } as const;
    const envelope = await this.caller.envelope(request, options);
    if (envelope.type === 'sync') return { kind: 'proceed' };
    return { kind: 'wait', ...asyncAnswer(envelope, { method: 'POST', path: request.path }) };
  }
}
