import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { SnapdRequest, SnapdResponse, SnapdTransport } from '@corefleet/snapd-client';

/** Debian's nobody. */
const NOBODY = 65534;

/** Whether this process may connect as somebody else. */
export const mayBeNobody = (): boolean => process.geteuid?.() === 0;

/** A plain transport whose connections snapd takes for nobody's: the kernel notes who connects, at that very moment. */
export function asNobody(socketPath: string): SnapdTransport {
  return { request: (request) => send(socketPath, request), close: () => undefined };
}

function connectAsNobody(socketPath: string): Socket {
  const own = process.geteuid?.() ?? 0;
  process.seteuid?.(NOBODY);
  try {
    return connect({ path: socketPath });
  } finally {
    process.seteuid?.(own);
  }
}

function send(socketPath: string, request: SnapdRequest): Promise<SnapdResponse> {
  const { method, path, headers, body } = request;
  return new Promise((resolve, reject) => {
    const createConnection = (): Socket => connectAsNobody(socketPath);
    const client = httpRequest({ method, path, headers: { host: 'localhost', ...headers }, createConnection });
    client.on('error', reject);
    client.on('response', (incoming) => resolve(toResponse(incoming)));
    client.end(typeof body === 'string' ? body : undefined);
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
