import type { CallOptions, SnapdCaller } from './caller';
import { snapdPath, withQuery } from './path';
import { toRow, toRows, type RequiredFields } from './rows';

/** A validation set as the device sees it (snapd client/validate.go). */
export interface ValidationSet {
  'account-id': string;
  name: string;
  /** Only when pinned. */
  'pinned-at'?: number;
  /** Absent for a set that is not tracked. */
  mode?: 'monitor' | 'enforce';
  sequence?: number;
  /** Judges this set alone against the installed snaps, ignoring their ignore-validation. */
  valid: boolean;
}

/** How to track a set. */
export interface ApplyValidationSet {
  mode: 'monitor' | 'enforce';
  /** Pins the set there. Without it enforce drops an existing pin and stays on the sequence known locally. */
  sequence?: number;
}

const setFields: RequiredFields<ValidationSet> = { 'account-id': 'string', name: 'string', valid: 'boolean' };

/** Reads, tracks and forgets validation sets. They raise no notices and start no changes. */
export class ValidationSets {
  constructor(private readonly caller: SnapdCaller) {}

  /** Tracked sets by account and name. */
  async list(options?: CallOptions): Promise<ValidationSet[]> {
    const request = { method: 'GET', path: '/v2/validation-sets' };
    return toRows<ValidationSet>(await this.caller.get(request.path, options), setFields, request);
  }

  /**
   * A tracked set; for one that is not tracked, or at another sequence, a dry run that asks the store.
   * @throws SnapdError kind validation-set-not-found, or status 500 when the store cannot be reached
   */
  async get(
    account: string,
    name: string,
    at: { sequence?: number } = {},
    options?: CallOptions,
  ): Promise<ValidationSet> {
    const path = withQuery(snapdPath('validation-sets', account, name), { sequence: at.sequence });
    return toRow<ValidationSet>(await this.caller.get(path, options), setFields, { method: 'GET', path });
  }

  /**
   * Tracks a set, at once and without touching snaps: enforce is refused (400, no kind, the text tells) unless the
   * installed snaps already satisfy it. May be repeated. To change snaps too, refresh with `validation-sets`.
   */
  async apply(account: string, name: string, how: ApplyValidationSet, options?: CallOptions): Promise<ValidationSet> {
    const path = snapdPath('validation-sets', account, name);
    const result = await this.caller.sync({ method: 'POST', path, json: { action: 'apply', ...how } }, options);
    return toRow<ValidationSet>(result, setFields, { method: 'POST', path });
  }

  /**
   * Stops tracking a set.
   * @throws SnapdError kind validation-set-not-found when it is not tracked, or pinned elsewhere than at `sequence`
   */
  async forget(account: string, name: string, at: { sequence?: number } = {}, options?: CallOptions): Promise<void> {
    const path = snapdPath('validation-sets', account, name);
    await this.caller.sync({ method: 'POST', path, json: { action: 'forget', ...at } }, options);
  }
}
