import type { CallOptions, SnapdCaller } from './caller';
import { isObject } from './envelope';
import { SnapdAnswerTooLargeError, SnapdGarbageError, type RequestSummary } from './errors';
import { withQuery } from './path';

/** One line of a service's journal. */
export interface LogEntry {
  /** Go RFC3339Nano. */
  timestamp?: string;
  message: string;
  /** Syslog identifier, e.g. `lab-hello.svc`. */
  sid?: string;
  /** A number as text. */
  pid?: string;
}

/** Which lines. */
export interface LogFilter {
  /** Snaps or `snap.app`; all services when absent. */
  names?: readonly string[];
  /** Newest lines to begin with: 10 unless told, -1 for all. */
  n?: number;
  /** Keep the connection and yield new lines until the loop is left or the signal aborts. */
  follow?: boolean;
}

/** A journal line longer than this many bytes is taken for garbage rather than held in memory. */
const MAX_RECORD_BYTES = 1024 * 1024;
const RECORD_SEPARATOR = 0x1e;

/** Reads the journal of services. */
export class Logs {
  constructor(private readonly caller: SnapdCaller) {}

  /**
   * Lines as they arrive, on a connection of their own.
   * @throws SnapdError kind app-not-found when there are no services, snap-not-found for an unknown snap
   */
  async *read(filter: LogFilter = {}, options?: CallOptions): AsyncGenerator<LogEntry> {
    const path = withQuery('/v2/logs', { names: filter.names, n: filter.n, follow: filter.follow });
    const request = { method: 'GET', path, dedicatedConnection: true } as const;
    const response = await this.caller.open(request, 'application/json-seq', options);
    yield* parseJsonSeq(response.stream(), { method: 'GET', path });
  }
}

/** RFC 7464 as snapd writes it: 0x1E, one JSON object, line feed. */
async function* parseJsonSeq(pieces: AsyncIterable<Uint8Array>, request: RequestSummary): AsyncGenerator<LogEntry> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    rest = Buffer.concat([rest, piece]);
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const record = rest.subarray(0, end);
      rest = rest.subarray(end + 1);
      if (record.length > 0) yield toEntry(record, request);
    }
    if (rest.length > MAX_RECORD_BYTES) throw new SnapdAnswerTooLargeError(request, MAX_RECORD_BYTES);
  }
  if (rest.length > 0) {
    // snapd daemon/response.go: a journal that cannot be read on ends in a record that tells why, without its line feed.
    const excerpt = JSON.stringify(rest.subarray(0, 120).toString('utf8'));
    throw new SnapdGarbageError(request, `the log ends within a record: ${excerpt}`);
  }
}

function toEntry(record: Buffer, request: RequestSummary): LogEntry {
  const text = record.subarray(record[0] === RECORD_SEPARATOR ? 1 : 0).toString('utf8');
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch (error) {
    throw new SnapdGarbageError(request, 'a log record is not JSON', undefined, { cause: error });
  }
  if (!isObject(entry) || typeof entry.message !== 'string') {
    throw new SnapdGarbageError(request, 'a log record has no message');
  }
  return entry as unknown as LogEntry;
}
