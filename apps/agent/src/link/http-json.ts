import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** An answer that is not a 2xx. */
export class HttpStatusError extends Error {
  readonly code = 'http-status';

  constructor(
    what: string,
    readonly status: number,
    /** From `Retry-After`, in milliseconds. */
    readonly retryAfterMs: number | undefined,
    /** The beginning of the body: problem+json from our own server. */
    readonly body: string,
  ) {
    super(`cannot ${what}: the server answered ${status}${detailOf(body)}`);
  }
}

const MAX_BODY_BYTES = 256 * 1024;

/**
 * Posts JSON and returns the parsed answer.
 * @param what for the error: `cannot <what>: ...`
 * @throws HttpStatusError, or an Error of the connection
 */
export function postJson(
  url: URL,
  body: unknown,
  what: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<unknown> {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => reject(new Error(`cannot ${what}`, { cause }));
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sending = request(
      url,
      { method: 'POST', headers, timeout: timeoutMs, ...(signal && { signal }) },
      (response) => {
        const pieces: Buffer[] = [];
        let bytes = 0;
        response.on('data', (piece: Buffer) => {
          bytes += piece.length;
          if (bytes > MAX_BODY_BYTES) sending.destroy(new Error('the answer is too large'));
          pieces.push(piece);
        });
        response.on('error', fail);
        response.on('end', () => {
          const answer = Buffer.concat(pieces).toString('utf8');
          const status = response.statusCode ?? 0;
          if (status < 200 || status > 299) {
            const retryAfterMs = retryAfterMsOf(response.headers);
            return reject(new HttpStatusError(what, status, retryAfterMs, answer.slice(0, 2000)));
          }
          try {
            resolve(JSON.parse(answer));
          } catch (error) {
            fail(error);
          }
        });
      },
    );
    sending.on('timeout', () => sending.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    sending.on('error', fail);
    sending.end(text);
  });
}

/** The longest wait that a server may ask for: nothing it says takes a device out of the fleet. */
const LONGEST_WAIT_MS = 24 * 3600_000;

/**
 * `Retry-After` in milliseconds: given in seconds, or as a moment, which is counted from the `Date` of the same answer,
 * for the device's clock may be years off. At most a day.
 * @returns undefined when it is absent or cannot be told
 */
export function retryAfterMsOf(headers: IncomingHttpHeaders): number | undefined {
  const { 'retry-after': after, date } = headers;
  if (after === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.parse(date ?? '');
  return Number.isNaN(ms) ? undefined : boundedWaitMs(ms);
}

/** A wait that the server asked for, within what it may ask for. */
export const boundedWaitMs = (ms: number): number => Math.min(LONGEST_WAIT_MS, Math.max(0, ms));

function detailOf(body: string): string {
  try {
    const problem = JSON.parse(body) as { detail?: unknown; title?: unknown };
    const words = problem.detail ?? problem.title;
    return typeof words === 'string' ? ` (${words})` : '';
  } catch {
    return '';
  }
}
