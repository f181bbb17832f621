import type { CallOptions, SnapdCaller } from './caller';
import { withQuery } from './path';
import { toRows, type RequiredFields } from './rows';
import type { Snap } from './snap';

/** What to look for in the store. `q`, `name` and `common-id` exclude each other, as section and category do. */
export interface StoreQuery {
  /** Words. */
  q?: string;
  /** One snap, or all whose name begins with what stands before a `*`. */
  name?: string;
  /** AppStream id of an app. */
  'common-id'?: string;
  /** `refresh` lists the updates there are, `private` one's own snaps. */
  select?: 'refresh' | 'private';
  section?: string;
  category?: string;
  /** Also snaps of other architectures and channels. */
  scope?: 'wide';
}

/** What a channel holds. Sizes are bytes. */
export interface StoreChannel {
  revision?: string;
  confinement?: string;
  version?: string;
  channel?: string;
  epoch?: unknown;
  size?: number;
  'released-at'?: string;
}

/** A snap in the store. `status` is available, or priced. */
export interface StoreSnap extends Snap {
  /** Bytes. */
  'download-size'?: number;
  /** By `track/risk`; only when asked for one name. */
  channels?: Record<string, StoreChannel>;
  tracks?: string[];
  /** By currency. */
  prices?: Record<string, number>;
  screenshots?: { url?: string; width?: number; height?: number }[];
}

const storeSnapFields: RequiredFields<StoreSnap> = { name: 'string' };

/** Asks the store through snapd. */
export class Store {
  constructor(private readonly caller: SnapdCaller) {}

  /**
   * @throws SnapdError kind bad-query, network-timeout or dns-failure; with `name` kind snap-not-found, and status 500
   *   when the store cannot be reached
   */
  async find(query: StoreQuery, options?: CallOptions): Promise<StoreSnap[]> {
    const path = withQuery('/v2/find', { ...query });
    return toRows<StoreSnap>(await this.caller.get(path, options), storeSnapFields, { method: 'GET', path });
  }

  /** Names of the store's sections, which snapd's newer words call categories. */
  async sections(options?: CallOptions): Promise<string[]> {
    const sections = await this.caller.get('/v2/sections', options);
    return Array.isArray(sections) ? sections.filter((section) => typeof section === 'string') : [];
  }

  async categories(options?: CallOptions): Promise<{ name: string }[]> {
    const request = { method: 'GET', path: '/v2/categories' };
    return toRows<{ name: string }>(await this.caller.get(request.path, options), { name: 'string' }, request);
  }
}
