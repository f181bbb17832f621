import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import {
  SnapdAnswerTooLargeError,
  SnapdGarbageError,
  SnapdRequestError,
  SnapdTimeoutError,
  SnapdUnreachableError,
  SnapdUploadError,
  type SnapdClientError,
} from './errors';
import { DEFAULT_MAX_BODY_BYTES, type SnapdRequest, type SnapdResponse, type SnapdTransport } from './transport';

/**
 * Talks HTTP/1.1 to the daemon behind a unix socket, normally `/run/snapd.socket`.
 *
 * GETs share a few kept-alive connections. Everything else gets a fresh one: a kept-alive connection that snapd closed
 * meanwhile fails only when it is used, and then nobody could say whether the request had been read.
 */
export function unixSocketTransport(socketPath: string): SnapdTransport {
  return new UnixSocketTransport(socketPath);
}

class UnixSocketTransport implements SnapdTransport {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8, maxFreeSockets: 2 });
  private readonly open = new Set<Exchange>();
  private closed = false;

  constructor(private readonly socketPath: string) {}

  async request(request: SnapdRequest): Promise<SnapdResponse> {
    if (this.closed) throw new SnapdUnreachableError(request, 'closed', false);
    request.signal?.throwIfAborted();
    const exchange = this.begin(request);
    this.open.add(exchange);
    exchange.onClose(() => this.open.delete(exchange));
    return exchange.answer;
  }

  private begin(request: SnapdRequest): Exchange {
    try {
      return new Exchange(this.socketPath, this.agent, request);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new SnapdRequestError(`cannot send ${request.method} ${request.path}: ${why}`, request, { cause: error });
    }
  }

  close(): void {
    this.closed = true;
    for (const exchange of this.open) exchange.cut();
    this.agent.destroy();
  }
}

/** One request and its answer, from the first byte to the release of the connection. */
class Exchange {
  readonly answer: Promise<SnapdResponse>;
  private readonly client: ClientRequest;
  private readonly watchdog: Watchdog;
  private incoming: IncomingMessage | undefined;
  private connected = false;
  private bodySent = false;
  private failure: { error: unknown } | undefined;
  private reject: ((error: unknown) => void) | undefined;

  constructor(
    socketPath: string,
    agent: Agent,
    private readonly request: SnapdRequest,
  ) {
    const shared = request.method === 'GET' && !request.dedicatedConnection;
    this.client = httpRequest({
      socketPath,
      method: request.method,
      path: request.path,
      headers: { host: 'localhost', ...request.headers },
      agent: shared ? agent : false,
    });
    this.watchdog = new Watchdog(request.timeoutMs, () => this.fail(this.timedOut()));
    this.answer = new Promise((resolve, reject) => {
      this.reject = reject;
      this.client.on('response', (incoming) => resolve(this.take(incoming)));
    });
    this.client.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => (this.connected = true));
      else this.connected = true;
    });
    this.client.on('error', (error) => this.fail(this.lost(error)));
    this.listenToSignal();
    this.onClose(() => this.watchdog.stop());
    this.sendBody().catch((error: unknown) => this.fail(new SnapdUploadError(request, error)));
  }

  onClose(callback: () => void): void {
    this.client.once('close', callback);
  }

  cut(): void {
    this.fail(new SnapdUnreachableError(this.request, 'closed', this.connected));
  }

  /** Ends the exchange with an error: the answer's promise before the head, the reading of the body after it. */
  private fail(error: unknown): void {
    this.watchdog.stop();
    this.failure ??= { error };
    this.reject?.(error);
    this.incoming?.destroy();
    this.client.destroy();
  }

  private listenToSignal(): void {
    const signal = this.request.signal;
    if (!signal) return;
    const abort = (): void => this.fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.onClose(() => signal.removeEventListener('abort', abort));
  }

  private async sendBody(): Promise<void> {
    const body = this.request.body;
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
      this.bodySent = true;
      this.client.end(body);
      return;
    }
    for await (const piece of body) {
      if (this.incoming || this.client.destroyed) return; // answered or cut early: the rest is not wanted
      if (!this.client.write(piece)) await drained(this.client);
      this.watchdog.restart();
    }
    this.bodySent = true;
    this.client.end();
  }

  private take(incoming: IncomingMessage): SnapdResponse {
    this.incoming = incoming;
    this.watchdog.restart();
    // An answer before the end of the body (a refused upload): the connection still carries half a form, drop it.
    incoming.once('end', () => this.bodySent || this.client.destroy());
    incoming.on('error', () => this.watchdog.stop()); // the reader gets it; without a listener it would be uncaught
    return {
      status: incoming.statusCode ?? 0,
      headers: flatHeaders(incoming),
      text: (maxBytes = DEFAULT_MAX_BODY_BYTES) => this.text(incoming, maxBytes),
      stream: (stallMs) => this.stream(incoming, stallMs),
    };
  }

  private async text(incoming: IncomingMessage, maxBytes: number): Promise<string> {
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const piece of this.pieces(incoming)) {
      sizeBytes += piece.byteLength;
      if (sizeBytes > maxBytes) throw new SnapdAnswerTooLargeError(this.request, maxBytes);
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  /** The clock of a stall runs only while a piece is waited for: a slow reader is no fault of snapd's. */
  private async *stream(incoming: IncomingMessage, stallMs: number | undefined): AsyncGenerator<Uint8Array> {
    this.watchdog.stop();
    const stalled = new Watchdog(stallMs, () => this.fail(new SnapdTimeoutError(this.request, stallMs ?? 0, true)));
    this.onClose(() => stalled.stop());
    for await (const piece of this.pieces(incoming)) {
      stalled.pause();
      yield piece;
      stalled.restart();
    }
  }

  private async *pieces(incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of incoming as AsyncIterable<Uint8Array>) yield piece;
    } catch (error) {
      throw this.lost(error);
    }
    if (this.failure) throw this.failure.error;
  }

  /** Names what happened to the connection; an error that already has its name (time-out, abort) stays. */
  private lost(error: unknown): unknown {
    if (this.failure) return this.failure.error;
    const reason = systemCode(error);
    if (reason === undefined) return error;
    if (reason.startsWith('HPE_')) {
      return new SnapdGarbageError(this.request, 'it is not HTTP', undefined, { cause: error });
    }
    return new SnapdUnreachableError(this.request, reason, this.connected, { cause: error });
  }

  private timedOut(): SnapdClientError {
    return new SnapdTimeoutError(this.request, this.request.timeoutMs ?? 0, this.connected);
  }
}

/** Calls back once when nothing happened for `timeoutMs`; never when that is undefined. */
class Watchdog {
  private timer: NodeJS.Timeout | undefined;
  private paused = false;

  constructor(timeoutMs: number | undefined, expired: () => void) {
    if (timeoutMs === undefined) return;
    this.timer = setTimeout(() => (this.paused ? this.timer?.refresh() : expired()), timeoutMs);
  }

  /** Nothing is waited for until `restart`. */
  pause(): void {
    this.paused = true;
  }

  restart(): void {
    this.paused = false;
    this.timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

function drained(client: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      client.off('drain', done);
      client.off('close', done);
      client.off('response', done);
      resolve();
    };
    client.on('drain', done);
    client.on('close', done);
    client.on('response', done);
  });
}

/** The code of an error of the system or of the HTTP parser. */
function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && /^[A-Z][A-Z_]+$/.test(code) ? code : undefined;
}

function flatHeaders(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
