/** One HTTP request to snapd. `path` carries the query and starts with `/`. */
export interface SnapdRequest {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  /** An async iterable is sent as it is produced, never collected in memory. */
  body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /**
   * Longest wait in milliseconds without progress: until snapd takes the next piece of the body, then until the head of
   * the answer, and for `text()` until its end. `stream()` has a bound of its own. Unset: no limit.
   */
  timeoutMs?: number;
  /** Aborting rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Own connection, e.g. for a long-poll: it must not hold up other requests. */
  dedicatedConnection?: boolean;
}

/** The answer to a request. Its body is read once, by `text()` or by `stream()`. */
export interface SnapdResponse {
  status: number;
  /** Names in lower case; repeated headers are joined with `, `. */
  headers: Record<string, string>;
  /**
   * The whole body as UTF-8.
   * @param maxBytes bound in bytes, 16 MiB unless told
   * @throws SnapdAnswerTooLargeError past the bound; the connection is dropped
   */
  text(maxBytes?: number): Promise<string>;
  /**
   * The body as it arrives, for large or endless answers. Leaving the loop early drops the connection.
   * @param stallMs longest wait for the next piece, in milliseconds; the reader's own time does not count. Unset: no limit
   */
  stream(stallMs?: number): AsyncIterable<Uint8Array>;
}

/**
 * The road to snapd. `unixSocketTransport` is the real one; a simulated snapd offers one in-process.
 * `request` rejects with a SnapdUnreachableError, SnapdTimeoutError, SnapdGarbageError or SnapdUploadError.
 */
export interface SnapdTransport {
  request(request: SnapdRequest): Promise<SnapdResponse>;
  /** Drops every connection; requests in flight and later ones are rejected. May be called twice. */
  close(): void;
}

/** Bound of an answer held in memory. Lists of a busy device stay well under 1 MiB. */
export const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024;
