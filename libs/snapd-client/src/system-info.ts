import type { CallOptions, SnapdCaller } from './caller';
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

/** State of the disk encryption. */
export interface StorageEncrypted {
  status?: string;
  'auto-repair-result'?: string;
  preinstall?: Record<string, unknown>;
}

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
    return toRow<StorageEncrypted>(await this.caller.get(request.path, options), {}, request);
  }
}
