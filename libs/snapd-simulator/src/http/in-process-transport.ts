import type { SnapdRequest, SnapdResponse, SnapdTransport } from '@corefleet/snapd-client';
import type { Device } from '../device/device';
import type { HttpReply } from './envelope';
import { exchange, SocketError, type ConnectionFaults } from './exchange';
import type { TransportErrors } from './transport-errors';

/** What an in-process transport is connected to. */
export interface Connection {
  device: Device;
  faults: ConnectionFaults;
  uid: number;
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
    const body = await bodyText(request.body);
    const pending = new PendingRequest(this.connection, request, body);
    this.open.add(pending);
    const reply = await pending.answer.finally(() => this.open.delete(pending));
    return toResponse(reply, request, errors);
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
  private reject: (error: unknown) => void = () => undefined;

  constructor(
    private readonly connection: Connection,
    private readonly request: SnapdRequest,
    body: string,
  ) {
    const interrupted = new Promise<never>((_resolve, reject) => (this.reject = reject));
    const release = this.listen();
    this.answer = Promise.race([this.send(body), interrupted]).finally(release);
  }

  cut(reason: string): void {
    this.interrupt(this.connection.errors.unreachable(this.request, reason, true));
  }

  private async send(body: string): Promise<HttpReply> {
    const { device, faults, uid, errors } = this.connection;
    const { method, path: target } = this.request;
    const headers = lowerCased(this.request.headers ?? {});
    const onGone = (fn: () => void): unknown => this.goneListeners.push(fn);
    try {
      return await exchange(device, faults, { method, target, headers, body, uid, onGone });
    } catch (error) {
      throw error instanceof SocketError ? errors.unreachable(this.request, error.code, false) : error;
    }
  }

  private listen(): () => void {
    const { signal, timeoutMs } = this.request;
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
    this.reject(error);
    for (const fn of this.goneListeners) fn();
  }
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

async function bodyText(body: SnapdRequest['body']): Promise<string> {
  if (body === undefined || typeof body === 'string') return body ?? '';
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function toResponse(reply: HttpReply, request: SnapdRequest, errors: TransportErrors): SnapdResponse {
  const { status, headers, body } = reply;
  return {
    status,
    headers,
    text: (maxBytes) =>
      maxBytes !== undefined && Buffer.byteLength(body) > maxBytes
        ? Promise.reject(errors.tooLarge(request, maxBytes))
        : Promise.resolve(body),
    stream: () => streamOf(body),
  };
}

async function* streamOf(body: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(body, 'utf8'));
}
