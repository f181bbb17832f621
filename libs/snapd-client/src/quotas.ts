import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { snapdPath } from './path';
import { toRow, toRows, type RequiredFields } from './rows';

/** Limits of a group; sizes are bytes, the journal's rate-period nanoseconds (snapd client/quota.go). */
export interface QuotaConstraints {
  memory?: number;
  cpu?: { count?: number; percentage?: number };
  'cpu-set'?: { cpus?: number[] };
  threads?: number;
  journal?: { size?: number; 'rate-count'?: number; 'rate-period'?: number };
}

/** A quota group. */
export interface QuotaGroup {
  'group-name': string;
  parent?: string;
  subgroups?: string[];
  snaps?: string[];
  services?: string[];
  constraints?: QuotaConstraints;
  /** Present use. */
  current?: QuotaConstraints;
}

const groupFields: RequiredFields<QuotaGroup> = { 'group-name': 'string' };

/** Reads and changes quota groups; changing as root only. */
export class Quotas {
  constructor(private readonly caller: SnapdCaller) {}

  async list(options?: CallOptions): Promise<QuotaGroup[]> {
    const request = { method: 'GET', path: '/v2/quotas' };
    return toRows<QuotaGroup>(await this.caller.get(request.path, options), groupFields, request);
  }

  /** @throws SnapdError status 404 without kind when there is none */
  async get(group: string, options?: CallOptions): Promise<QuotaGroup> {
    const path = snapdPath('quotas', group);
    return toRow<QuotaGroup>(await this.caller.get(path, options), groupFields, { method: 'GET', path });
  }

  /** Creates or updates a group. */
  ensure(group: Omit<QuotaGroup, 'subgroups' | 'current'>, options?: CallOptions): Promise<AsyncAnswer> {
    return this.caller.start({ method: 'POST', path: '/v2/quotas', json: { action: 'ensure', ...group } }, options);
  }

  remove(group: string, options?: CallOptions): Promise<AsyncAnswer> {
    const json = { action: 'remove', 'group-name': group };
    return this.caller.start({ method: 'POST', path: '/v2/quotas', json }, options);
  }
}
