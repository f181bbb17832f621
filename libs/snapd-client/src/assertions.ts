import type { CallOptions, SnapdCaller } from './caller';
import { withQuery, snapdPath } from './path';
import { toRow, toRows } from './rows';

/** Content type of assertions as text; `; bundle=y` follows when there are several. */
export const ASSERTION_CONTENT_TYPE = 'application/x.ubuntu.assertion';

/** Assertions of one type, as a stream of texts. */
export interface AssertionBundle {
  /** The assertions, separated by blank lines; empty when there are none. */
  text: string;
  count: number;
}

/** One assertion as JSON. Header values are texts, lists and maps, never numbers. */
export interface AssertionJson {
  headers: Record<string, unknown>;
  body?: string;
}

/** Which assertions of a type. */
export interface AssertionFilter {
  /** Header values that must match. */
  headers?: Record<string, string>;
  /** Ask the store; needs the whole primary key. Otherwise only what the device has. */
  remote?: boolean;
}

/** Reads and adds assertions. */
export class Assertions {
  constructor(private readonly caller: SnapdCaller) {}

  /** Names of the types this snapd knows. */
  async types(options?: CallOptions): Promise<string[]> {
    const request = { method: 'GET', path: '/v2/assertions' };
    const { types } = toRow<{ types?: unknown }>(await this.caller.get(request.path, options), {}, request);
    return Array.isArray(types) ? types.filter((type) => typeof type === 'string') : [];
  }

  /** @throws SnapdError status 400 for an unknown type */
  async list(type: string, filter: AssertionFilter = {}, options?: CallOptions): Promise<AssertionBundle> {
    const path = withQuery(snapdPath('assertions', type), { ...filter.headers, remote: filter.remote });
    const { text, headers } = await this.caller.text({ method: 'GET', path }, ASSERTION_CONTENT_TYPE, options);
    return { text, count: Number(headers['x-ubuntu-assertions-count'] ?? 0) };
  }

  /** The same as JSON, without signatures. */
  async listJson(type: string, filter: AssertionFilter = {}, options?: CallOptions): Promise<AssertionJson[]> {
    const path = withQuery(snapdPath('assertions', type), { ...filter.headers, remote: filter.remote, json: true });
    return toRows<AssertionJson>(await this.caller.get(path, options), {}, { method: 'GET', path });
  }

  /**
   * Adds assertions to the device. One call may hold a whole chain in any order; across calls the signer's account and
   * key come first. Adding what is there already does nothing.
   * @throws SnapdError status 400 `assert failed: …` when one cannot be trusted
   */
  async add(text: string, options?: CallOptions): Promise<void> {
    const headers = { 'content-type': ASSERTION_CONTENT_TYPE };
    await this.caller.sync({ method: 'POST', path: '/v2/assertions', headers, body: text }, options);
  }
}
