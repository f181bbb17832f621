import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { SnapdRequest, SnapdResponse, SnapdTransport } from '@corefleet/snapd-client';
import { plainErrors } from '../http/transport-errors';

/** The plainest transport over a unix socket that shows what the in-process one has to be like. One connection each. */
export function socketTransport(socketPath: string): SnapdTransport {
  return { request: (request) => send(socketPath, request), close: () => undefined };
}

function send(socketPath: string, request: SnapdRequest): Promise<SnapdResponse> {
  return new Promise((resolve, reject) => {
    const { method, path, headers, timeoutMs, signal } = request;
    let connected = false;
    const client = httpRequest({ socketPath, method, path, headers: { host: 'localhost', ...headers }, agent: false });
    const fail = (error: unknown): void => {
      reject(error);
      client.destroy();
    };
    const expire = (ms: number): void => fail(plainErrors.timeout(request, ms, connected));
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => expire(timeoutMs), timeoutMs);
    const onAbort = (): void => fail(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    client.on('socket', (socket) => socket.once('connect', () => (connected = true)));
    client.on('error', (error: NodeJS.ErrnoException) =>
      fail(plainErrors.unreachable(request, error.code ?? '', connected)),
    );
    client.on('response', (incoming) => resolve(toResponse(incoming)));
    client.on('close', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    });
    client.end(request.body as string | undefined);
  });
}

function toResponse(incoming: IncomingMessage): SnapdResponse {
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  return { status: incoming.statusCode ?? 0, headers, text: () => textOf(incoming), stream: () => incoming };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
