import type { SnapdRequest, SnapdResponse, SnapdTransport } from '@corefleet/snapd-client';
import type { Device } from '../device/device';
import type { HttpReply } from './envelope';
import { exchange, socketError, type ConnectionFaults } from './exchange';

/** Talks to the device without a socket: the same answers and the same failures, at the price of a function call. */
export class InProcessTransport implements SnapdTransport {
  private readonly open = new Set<(error: Error) => void>();
  private closed = false;

  constructor(
    private readonly device: Device,
    private readonly faults: ConnectionFaults,
    private readonly uid: number,
    private readonly onClose: () => void,
  ) {}

  async request(request: SnapdRequest): Promise<SnapdResponse> {
    if (this.closed) throw new Error('cannot send request to snapd: the transport is closed');
    request.signal?.throwIfAborted();
    const body = await bodyText(request.body);
    const { method, path: target } = request;
    const headers = lowerCased(request.headers ?? {});
    const answer = exchange(this.device, this.faults, { method, target, headers, body, uid: this.uid });
    return toResponse(await this.unlessInterrupted(answer, request));
  }

  close(): void {
    this.closed = true;
    this.reset();
    this.onClose();
  }

  /** Connections break, as when the daemon is killed. */
  reset(): void {
    for (const interrupt of this.open) interrupt(socketError('ECONNRESET'));
  }

  private unlessInterrupted(answer: Promise<HttpReply>, request: SnapdRequest): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => interrupt((request.signal?.reason as Error | undefined) ?? new Error('aborted'));
      const cancelTimer = this.setTimeout(request, () => interrupt(timeoutError(request)));
      const release = (): void => {
        cancelTimer();
        this.open.delete(interrupt);
        request.signal?.removeEventListener('abort', onAbort);
      };
      const interrupt = (error: Error): void => {
        release();
        reject(error);
      };
      this.open.add(interrupt);
      request.signal?.addEventListener('abort', onAbort, { once: true });
      answer.then(resolve, reject).finally(release);
    });
  }

  private setTimeout({ timeoutMs }: SnapdRequest, fn: () => void): () => void {
    return timeoutMs === undefined ? () => undefined : this.device.clock.setTimer(timeoutMs, fn);
  }
}

function timeoutError({ method, path, timeoutMs }: SnapdRequest): Error {
  const message = `cannot get an answer to ${method} ${path} within ${timeoutMs} ms`;
  return Object.assign(new Error(message), { name: 'TimeoutError', code: 'ETIMEDOUT' });
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

function toResponse(reply: HttpReply): SnapdResponse {
  return {
    status: reply.status,
    headers: reply.headers,
    text: (maxBytes) => boundedText(reply.body, maxBytes),
    stream: () => streamOf(reply.body),
  };
}

async function boundedText(body: string, maxBytes: number | undefined): Promise<string> {
  if (maxBytes !== undefined && Buffer.byteLength(body) > maxBytes) {
    throw new Error(`cannot read answer of snapd: longer than ${maxBytes} bytes`);
  }
  return body;
}

async function* streamOf(body: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(body, 'utf8');
}
