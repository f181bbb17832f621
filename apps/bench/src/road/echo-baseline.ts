import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { end, forkRole, nextMessage } from '../process/child';
import { postAtRate, type Load } from './load';

/**
 * The least a POST that reaches a device over a socket can cost: a bare HTTP server hands the body to one of its bare
 * `ws` clients, which echoes it, and then answers. Server and clients are processes of their own, as on the road.
 * @returns milliseconds from POST to answer
 */
export async function measureEcho(clients: number, load: Load): Promise<number[]> {
  const server = forkRole('echo-server', {});
  const { url } = await nextMessage<{ url: string }>(server);
  const fleet = forkRole('echo-clients', { url, clients });
  await nextMessage(fleet);
  const samples: number[] = [];
  await postAtRate(load, async (at) => {
    const startedAt = performance.now();
    const response = await fetch(url, { method: 'POST', body: JSON.stringify({ client: at % clients, at }) });
    await response.text();
    samples.push(performance.now() - startedAt);
  });
  await end(fleet);
  await end(server);
  return samples;
}

/** The server process of the baseline. */
export function runEchoServer(): void {
  const sockets: WebSocket[] = [];
  const waiting = new Map<number, ServerResponse>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { client, at } = JSON.parse(body) as { client: number; at: number };
      waiting.set(at, response);
      sockets[client]?.send(body);
    });
  });
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (data: Buffer) => {
      const { at } = JSON.parse(data.toString()) as { at: number };
      waiting.get(at)?.end('{}');
      waiting.delete(at);
    });
  });
  server.listen(0, '127.0.0.1', () =>
    process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
  );
}

/** The client process of the baseline. */
export async function runEchoClients({ url, clients }: { url: string; clients: number }): Promise<void> {
  const connect = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false });
      socket.on('message', (data: Buffer) => socket.send(data.toString()));
      socket.once('open', () => resolve());
    });
  await Promise.all(Array.from({ length: clients }, connect));
  process.send?.({ ready: true });
}
