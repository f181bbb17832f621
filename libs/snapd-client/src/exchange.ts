import {
  request as httpRequest,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import type { Deadlines, Timed } from './deadlines';
import {
  SnapdAnswerTooLargeError,
  SnapdGarbageError,
  SnapdTimeoutError,
  SnapdUnreachableError,
  SnapdUploadError,
} from './errors';
import { FormBody } from './multipart';
import { DEFAULT_MAX_BODY_BYTES, type SnapdRequest, type SnapdResponse } from './transport';

/** Stands where nobody waits. */
const nobody = (): void => {};

/**
 * One request and its answer, from the first byte to the release of the connection. A failure goes to whoever is waiting:
 * for the head, for the text, or for the next piece.
 */
export class Exchange implements SnapdResponse, Timed {
  /** The exchange itself, once the head of the answer is there. */
  readonly answer: Promise<SnapdResponse>;
  dueAt = Infinity;
  private readonly client: ClientRequest;
  private limitMs: number | undefined;
  private incoming: IncomingMessage | undefined;
  private bodySent = false;
  private failure: { error: unknown } | undefined;
  private reject: (error: unknown) => void = nobody;
  /** Ends the wait for a piece of the body to be taken. */
  private wake: () => void = nobody;
  private stopListening: () => void = nobody;

  /** @param agent whose connections are shared; undefined for a connection of its own */
  constructor(
    socketPath: string,
    agent: Agent | undefined,
    private readonly request: SnapdRequest,
    private readonly open: Deadlines<Exchange>,
  ) {
    const { method, path } = request;
    const servername = ''; // no TLS here: it saves node working one out
    this.client = httpRequest({
      socketPath,
      method,
      path,
      headers: headersOf(request),
      agent: agent ?? false,
      servername,
    } as RequestOptions);
    this.limitMs = request.timeoutMs;
    this.progress();
    open.add(this);
    this.answer = new Promise((resolve, reject) => {
      this.reject = reject;
      this.client.on('response', (incoming) => resolve(this.take(incoming)));
    });
    this.client.on('error', (error) => this.fail(this.lost(error)));
    this.client.on('close', () => this.closed());
    if (request.signal) this.listenTo(request.signal);
    this.sendBody(request.body);
  }

  get status(): number {
    return this.head().statusCode ?? 0;
  }

  get headers(): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(this.head().headers)) {
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
    }
    return headers;
  }

  /** Not with `for await`, which would cost a small request a fifth of its time. */
  text(maxBytes = DEFAULT_MAX_BODY_BYTES): Promise<string> {
    const incoming = this.head();
    const pieces: Buffer[] = [];
    let sizeBytes = 0;
    const take = (piece: Buffer): void => {
      sizeBytes += piece.byteLength;
      if (sizeBytes > maxBytes) this.fail(new SnapdAnswerTooLargeError(this.request, maxBytes));
      else pieces.push(piece);
    };
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure.error);
      this.reject = reject;
      incoming.on('end', () => resolve(textOf(pieces)));
      const whole = incoming.complete ? (incoming.read() as Buffer | null) : null; // a small body came with its head
      if (whole) take(whole);
      else incoming.on('data', take);
    });
  }

  /** The clock of a stall runs only while a piece is waited for: a slow reader is no fault of snapd's. */
  stream(stallMs?: number): AsyncIterable<Uint8Array> {
    this.limitMs = stallMs;
    this.dueAt = Infinity;
    return this.pieces();
  }

  private async *pieces(): AsyncGenerator<Uint8Array, undefined, undefined> {
    try {
      this.awaitPiece();
      for await (const piece of this.head() as AsyncIterable<Uint8Array>) {
        this.dueAt = Infinity;
        yield piece;
        this.awaitPiece();
      }
    } catch (error) {
      throw this.lost(error);
    }
    if (this.failure) throw this.failure.error;
  }

  private awaitPiece(): void {
    this.progress();
    this.open.expect(this.dueAt);
  }

  /** Drops the connection: the transport is being closed. */
  cut(): void {
    this.fail(new SnapdUnreachableError(this.request, 'closed', this.connected()));
  }

  /** Nothing happened for as long as may be. */
  expire(): void {
    this.fail(new SnapdTimeoutError(this.request, this.limitMs ?? 0, this.connected()));
  }

  private progress(): void {
    this.dueAt = this.limitMs === undefined ? Infinity : performance.now() + this.limitMs;
  }

  private listenTo(signal: AbortSignal): void {
    const abort = (): void => this.fail(signal.reason);
    signal.addEventListener('abort', abort);
    this.stopListening = () => signal.removeEventListener('abort', abort);
  }

  private fail(error: unknown): void {
    this.dueAt = Infinity;
    this.failure ??= { error };
    this.reject(error);
    this.incoming?.destroy();
    this.client.destroy();
  }

  private closed(): void {
    this.wake();
    this.stopListening();
    this.open.delete(this);
  }

  private sendBody(body: SnapdRequest['body']): void {
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
      this.bodySent = true;
      this.client.end(body);
      return;
    }
    const pieces = body instanceof FormBody ? body.reusingMemory() : body;
    this.sendPieces(pieces).catch((error: unknown) => this.fail(new SnapdUploadError(this.request, error)));
  }

  /** Asks for a piece when the one before it is out: no more than one is in memory, and its memory may be used again. */
  private async sendPieces(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of pieces) {
      if (this.incoming || this.client.destroyed) return; // answered or cut early: the rest is not wanted
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        this.client.write(piece, () => resolve()); // a failed write shows as the request's error
      });
      this.progress();
    }
    this.bodySent = true;
    this.client.end();
  }

  private take(incoming: IncomingMessage): this {
    this.incoming = incoming;
    this.progress();
    this.wake();
    // An answer before the end of the body (a refused upload): the connection still carries half a form, drop it.
    if (!this.bodySent) incoming.on('end', () => this.bodySent || this.client.destroy());
    incoming.on('error', (error) => this.fail(this.lost(error)));
    return this;
  }

  private head(): IncomingMessage {
    if (!this.incoming) throw new Error('cannot read an answer before its head'); // `answer` gives nobody this before
    return this.incoming;
  }

  /** Names what happened to the connection; an error that already has its name (time-out, abort) stays. */
  private lost(error: unknown): unknown {
    if (this.failure) return this.failure.error;
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string' || !/^[A-Z][A-Z_]+$/.test(code)) return error;
    if (code.startsWith('HPE_')) {
      return new SnapdGarbageError(this.request, 'it is not HTTP', undefined, { cause: error });
    }
    const reached = syscall !== 'connect' && this.connected();
    return new SnapdUnreachableError(this.request, code, reached, { cause: error });
  }

  /** Whether there is, or was, a connection: not while it is made, and not while all shared ones are busy. */
  private connected(): boolean {
    return this.client.socket !== null && !this.client.socket.connecting;
  }
}

/** What has no body is sent as a list, which node writes out as it is: naming each header costs a small request a twentieth. */
function headersOf({ method, headers = {} }: SnapdRequest): RequestOptions['headers'] {
  if (method !== 'GET') return headers;
  const list = ['Host', 'localhost'];
  for (const [name, value] of Object.entries(headers)) list.push(name, value);
  return list;
}

function textOf(pieces: readonly Buffer[]): string {
  const [first] = pieces;
  return (first && pieces.length === 1 ? first : Buffer.concat(pieces)).toString('utf8');
}
