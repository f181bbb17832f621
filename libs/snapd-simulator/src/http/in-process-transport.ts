import type { SnapdRequest, SnapdResponse, SnapdTransport } from '@corefleet/snapd-client';
import type { Device } from '../device/device';
import { isIterable, isStream, piecesOf, requestBytes, textWithin } from './body';
import type { HttpReply } from './envelope';
import { exchange, SocketError, type ConnectionFaults } from './exchange';
import type { TransportErrors } from './transport-errors';

/** What an in-process transport is connected to. */
export interface Connection {
  device: Device;
  faults: ConnectionFaults;
  uid: number;
  /** Set when it is the snap socket, and who is at its other end. */
  snap?: string;
  errors: TransportErrors;
}

/** Talks to the device without a socket: the same answers and the same failures, at the price of a function call. */
export class InProcessTransport implements SnapdTransport {
  private readonly open = new Set<PendingRequest>();
  private closed = false;

  constructor(
    private readonly connection: Connection,
    private readonly onClose: () => void,
  ) {}

  async request(request: SnapdRequest): Promise<SnapdResponse> {
    const { errors } = this.connection;
    if (this.closed) throw errors.unreachable(request, 'closed', false);
    request.signal?.throwIfAborted();
    const bytes = requestBytes(request.body);
    const body = bytes instanceof Promise ? await bytes : bytes;
    const pending = new PendingRequest(this.connection, request, body);
    this.open.add(pending);
    let streams = false;
    try {
      const reply = await pending.answer;
      streams = isStream(reply.body);
      if (isStream(reply.body)) reply.body = pending.follow(reply.body, () => this.open.delete(pending));
      return toResponse(reply, request, errors);
    } finally {
      if (!streams) this.open.delete(pending);
    }
  }

  close(): void {
    this.closed = true;
    this.reset('closed');
    this.onClose();
  }

  /** Every connection breaks, as when the daemon is killed. */
  reset(reason = 'ECONNRESET'): void {
    for (const pending of this.open) pending.cut(reason);
  }
}

/** One request under way: answered, or interrupted by its time-out, its signal or the end of the connection. */
class PendingRequest {
  readonly answer: Promise<HttpReply>;
  private readonly goneListeners: (() => void)[] = [];
  private interruption: { readonly error: unknown } | undefined;
  private reject: (error: unknown) => void = () => undefined;

  constructor(
    private readonly connection: Connection,
    private readonly request: SnapdRequest,
    body: Uint8Array,
  ) {
    const release = this.listen(request.timeoutMs);
    this.answer = new Promise((resolve, reject) => {
      this.reject = (error) => {
        release();
        reject(error);
      };
      this.send(body).then((reply) => {
        release();
        resolve(reply);
      }, this.reject);
    });
  }

  cut(reason: string): void {
    this.interrupt(this.connection.errors.unreachable(this.request, reason, true));
  }

  /** The rest of an answer that comes in pieces; ends with its reader, its signal or the connection. */
  async *follow(body: AsyncIterable<Uint8Array>, ended: () => void): AsyncGenerator<Uint8Array> {
    const pieces = body[Symbol.asyncIterator]();
    const interrupted = new Promise<never>((_resolve, reject) => (this.reject = reject));
    interrupted.catch(() => undefined); // it may come while no piece is waited for
    if (this.interruption) this.reject(this.interruption.error);
    const release = this.listen(undefined);
    try {
      for (;;) {
        const next = await Promise.race([pieces.next(), interrupted]);
        if (next.done) return;
        yield next.value;
      }
    } finally {
      release();
      this.tellGone();
      ended();
    }
  }

  private async send(body: Uint8Array): Promise<HttpReply> {
    const { device, faults, uid, snap, errors } = this.connection;
    const { method, path: target } = this.request;
    const headers = lowerCased(this.request.headers);
    if (!isIterable(this.request.body)) headers['content-length'] ??= String(body.byteLength);
    const onGone = (fn: () => void): unknown => this.goneListeners.push(fn);
    try {
      return await exchange(device, faults, { method, target, headers, body, uid, snap, onGone });
    } catch (error) {
      throw error instanceof SocketError ? errors.unreachable(this.request, error.code, false) : error;
    }
  }

  private listen(timeoutMs: number | undefined): () => void {
    const { signal } = this.request;
    const { device, errors } = this.connection;
    const onAbort = (): void => this.interrupt(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const expire = (ms: number): void => this.interrupt(errors.timeout(this.request, ms, true));
    const stopTimer = timeoutMs === undefined ? undefined : device.clock.setTimer(timeoutMs, () => expire(timeoutMs));
    return () => {
      stopTimer?.();
      signal?.removeEventListener('abort', onAbort);
    };
  }

  private interrupt(error: unknown): void {
    this.interruption ??= { error };
    this.reject(error);
    this.tellGone();
  }

  private tellGone(): void {
    for (const fn of this.goneListeners.splice(0)) fn();
  }
}

function lowerCased(headers: Record<string, string> = {}): Record<string, string> {
  const lower: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) lower[name.toLowerCase()] = value;
  return lower;
}

function toResponse(reply: HttpReply, request: SnapdRequest, errors: TransportErrors): SnapdResponse {
  const { status, headers, body } = reply;
  return {
    status,
    headers,
    text: async (maxBytes) => {
      const text = await textWithin(body, maxBytes);
      if (text === undefined) throw errors.tooLarge(request, maxBytes ?? 0);
      return text;
    },
    stream: () => piecesOf(body),
  };
}
