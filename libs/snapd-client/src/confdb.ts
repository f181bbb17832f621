import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { snapdPath, withQuery } from './path';

/** Names a view of a confdb schema. */
export interface ConfdbView {
  account: string;
  schema: string;
  view: string;
}

/** What to read of a view. */
export interface ConfdbQuery {
  /** Everything the view offers when absent. */
  keys?: readonly string[];
  /** Values for the view's parameters: texts, numbers or booleans. */
  constraints?: Record<string, string | number | boolean>;
  /** Go duration to wait for others that use the same data, e.g. `10s`; snapd waits without end when absent. */
  'access-timeout'?: string;
}

/** Which of a device's views an operator may use remotely, and how it proves who it is. */
export interface ConfdbDelegation {
  /** Account id. */
  'operator-id': string;
  /** operator-key or store. */
  authentications: readonly string[];
  /** `account/schema/view`. */
  views: readonly string[];
}

/** Reads and writes configuration shared between snaps (behind `experimental.confdb`, in snapd 2.68 `.confdbs`). */
export class Confdb {
  constructor(private readonly caller: SnapdCaller) {}

  /**
   * Starts a change; once it is Done its `data` holds `values`, or `error` when there are none. Unlike other reads it may
   * be waited for: a GET sent again after a lost connection starts one more change, which does no harm.
   * @throws SnapdError kind option-not-available for a view that is none, assertion-not-found without its schema
   */
  async get(of: ConfdbView, query: ConfdbQuery = {}, options?: CallOptions): Promise<AsyncAnswer> {
    const path = withQuery(snapdPath('confdb', of.account, of.schema, of.view), {
      keys: query.keys,
      constraints: query.constraints && JSON.stringify(query.constraints),
      'access-timeout': query['access-timeout'],
    });
    return this.caller.start({ method: 'GET', path }, options);
  }

  /** Starts a change that writes the values; null unsets. For snapd 2.73 and later: earlier ones want them unwrapped. */
  async set(
    of: ConfdbView,
    values: Record<string, unknown>,
    how: Pick<ConfdbQuery, 'access-timeout'> = {},
    options?: CallOptions,
  ): Promise<AsyncAnswer> {
    const path = snapdPath('confdb', of.account, of.schema, of.view);
    const json = { values, ...(how['access-timeout'] !== undefined && { options: how }) };
    return this.caller.start({ method: 'PUT', path, json }, options);
  }

  /** Lets an operator use the views remotely (behind `experimental.confdb-control`). May be repeated. */
  delegate(delegation: ConfdbDelegation, options?: CallOptions): Promise<void> {
    return this.control({ action: 'delegate', ...delegation }, options);
  }

  /** Takes it back; without views or authentications, all of them. */
  undelegate(
    delegation: Pick<ConfdbDelegation, 'operator-id'> & Partial<ConfdbDelegation>,
    options?: CallOptions,
  ): Promise<void> {
    return this.control({ action: 'undelegate', ...delegation }, options);
  }

  private async control(json: object, options?: CallOptions): Promise<void> {
    await this.caller.sync({ method: 'POST', path: '/v2/confdb', json }, options);
  }
}
