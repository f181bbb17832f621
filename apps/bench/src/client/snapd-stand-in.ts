import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';

/** Where the stand-in listens, and how much an export of it holds. */
export interface StandInSettings {
  readonly socket: string;
  readonly exportBytes: number;
}

const EMPTY = JSON.stringify({ type: 'sync', 'status-code': 200, status: 'OK', result: [] });
const PIECE = Buffer.alloc(64 * 1024);

/**
 * A process that costs as little as an HTTP server can: a fixed small answer, an upload that is read and dropped, an
 * export made of the same bytes again and again. It says of an upload how many bytes its body had.
 */
export function runStandIn({ socket, exportBytes }: StandInSettings): void {
  const server = createServer((request, response) => {
    if (request.method === 'POST') return void take(request, response);
    if (request.url?.endsWith('/export')) return void give(response, exportBytes);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': EMPTY.length }).end(EMPTY);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(socket, () => process.send?.({ ready: true }));
}

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let sizeBytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) sizeBytes += piece.length;
  const answer = { type: 'async', 'status-code': 202, status: 'Accepted', result: { sizeBytes }, change: '1' };
  response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

async function give(response: ServerResponse, sizeBytes: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x.snapd.snapshot', 'content-length': sizeBytes });
  for (let sent = 0; sent < sizeBytes; sent += PIECE.length) {
    if (!response.write(PIECE.subarray(0, sizeBytes - sent))) await once(response, 'drain');
  }
  response.end();
}
