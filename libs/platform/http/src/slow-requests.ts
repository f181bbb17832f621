import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long an answer waits to be read while its request is still being sent. */
const LINGER_MS = 1_000;

/** Whether the request says that a body follows. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/**
 * Cuts the connection unless the whole body has come within that time, in milliseconds. In place of the server's
 * `requestTimeout`, which knows one time for every route: too short for a large file, too long for anything else.
 */
export function boundBody(request: IncomingMessage, withinMs: number): void {
  if (!hasBody(request)) return;
  const { socket } = request;
  const timer = setTimeout(() => {
    if (!request.complete) socket.destroy();
  }, withinMs);
  request.once('close', () => clearTimeout(timer));
}

/**
 * Cuts the connection when nothing moves on it, either way, for that time in milliseconds and until the answer is out:
 * for a transfer that may take long, whose slowness is the network's.
 */
export function boundSilence(request: IncomingMessage, response: ServerResponse, silentMs: number): void {
  const { socket } = request;
  const cut = (): void => void socket.destroy();
  socket.setTimeout(silentMs, cut);
  response.once('close', () => socket.off('timeout', cut));
}

/**
 * Ends the connection of a request that was answered before its body was read, unless the rest comes in a moment: whoever
 * refuses a large file does not take it all the same.
 */
export function closeUnread(request: IncomingMessage, response: ServerResponse): void {
  if (!hasBody(request)) return;
  const { socket } = request;
  response.once('finish', () => {
    if (request.complete || socket.destroyed) return;
    request.resume();
    const timer = setTimeout(() => {
      if (!request.complete) socket.destroy();
    }, LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
  });
}
