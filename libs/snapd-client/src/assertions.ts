import { AssertionSplitter, AssertionStreamError, splitAssertions } from './assertion-stream';
import type { CallOptions, SnapdCaller } from './caller';
import { SnapdGarbageError, type RequestSummary } from './errors';
import { withQuery, snapdPath } from './path';
import { toRow, toRows } from './rows';

/** Content type of assertions as text; `; bundle=y` follows when there are several. */
export const ASSERTION_CONTENT_TYPE = 'application/x.ubuntu.assertion';

/** Assertions of one type, as snapd has them signed. */
export interface AssertionBundle {
  /** As they came, separated by blank lines; empty when there are none. Fit to be added elsewhere as it is. */
  text: string;
  /** Each by itself. */
  texts: string[];
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

  /**
   * All at once, within the client's bound.
   * @throws SnapdError status 400 for an unknown type; SnapdGarbageError when snapd announced more than it sent
   */
  async list(type: string, filter: AssertionFilter = {}, options?: CallOptions): Promise<AssertionBundle> {
    const request = { method: 'GET', path: streamPath(type, filter) } as const;
    const { text, headers } = await this.caller.text(request, ASSERTION_CONTENT_TYPE, options);
    const texts = orGarbage(request, () => splitAssertions(text));
    checkCount(texts.length, headers, request);
    return { text, texts };
  }

  /** One after the other as they arrive, however many there are. */
  async *stream(
    type: string,
    filter: AssertionFilter = {},
    options: CallOptions = {},
  ): AsyncGenerator<string, undefined, undefined> {
    const request = { method: 'GET', path: streamPath(type, filter), dedicatedConnection: true } as const;
    const response = await this.caller.open(request, ASSERTION_CONTENT_TYPE, options);
    const splitter = new AssertionSplitter();
    let count = 0;
    const counted = (texts: string[]): string[] => {
      count += texts.length;
      return texts;
    };
    for await (const piece of response.stream(this.caller.timeoutMs(request, options))) {
      yield* counted(orGarbage(request, () => splitter.push(piece)));
    }
    yield* counted(orGarbage(request, () => splitter.end()));
    checkCount(count, response.headers, request);
  }

  /** As JSON, without signatures; `headersOnly` leaves the bodies out too. */
  async listJson(
    type: string,
    filter: AssertionFilter & { headersOnly?: boolean } = {},
    options?: CallOptions,
  ): Promise<AssertionJson[]> {
    const query = { ...filter.headers, remote: filter.remote, json: filter.headersOnly ? 'headers' : true };
    const path = withQuery(snapdPath('assertions', type), query);
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

function streamPath(type: string, filter: AssertionFilter): string {
  return withQuery(snapdPath('assertions', type), { ...filter.headers, remote: filter.remote });
}

/** snapd writes the count before the assertions, and breaks off without a word when it cannot go on. */
function checkCount(count: number, headers: Record<string, string>, request: RequestSummary): void {
  const announced = headers['x-ubuntu-assertions-count'];
  if (announced === undefined || Number(announced) === count) return;
  throw new SnapdGarbageError(request, `${announced} assertions were announced and ${count} came`);
}

function orGarbage<T>(request: RequestSummary, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AssertionStreamError)) throw error;
    throw new SnapdGarbageError(request, error.detail, undefined, { cause: error });
  }
}
