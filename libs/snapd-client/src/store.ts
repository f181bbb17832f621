import type { CallOptions, SnapdCaller } from './caller';
import { withQuery } from './path';
import { toRows } from './rows';
import type { Snap } from './snap';

/** What to look for in the store. */
export interface StoreQuery {
  /** Words; or `name` for one snap. */
  q?: string;
  name?: string;
  /** `refresh` lists the updates there are. */
  select?: 'refresh' | 'private';
  section?: string;
  category?: string;
  scope?: 'wide';
}

/** Asks the store through snapd. */
export class Store {
  constructor(private readonly caller: SnapdCaller) {}

  /** Snaps in the store: as installed ones plus download-size, channels, prices and screenshots. */
  async find(query: StoreQuery, options?: CallOptions): Promise<(Snap & Record<string, unknown>)[]> {
    const path = withQuery('/v2/find', { ...query });
    const required = { name: 'string' } as const;
    return toRows<Snap & Record<string, unknown>>(await this.caller.get(path, options), required, {
      method: 'GET',
      path,
    });
  }

  async sections(options?: CallOptions): Promise<string[]> {
    const sections = await this.caller.get('/v2/sections', options);
    return Array.isArray(sections) ? sections.filter((section) => typeof section === 'string') : [];
  }

  async categories(options?: CallOptions): Promise<{ name: string }[]> {
    const request = { method: 'GET', path: '/v2/categories' };
    return toRows<{ name: string }>(await this.caller.get(request.path, options), { name: 'string' }, request);
  }
}
