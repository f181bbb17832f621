import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Socket } from 'node:net';

/** A request as the daemon saw it. */
export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** What the daemon does with a request whose body it has read. */
export type Handler = (request: SeenRequest, response: ServerResponse) => void;

/** A node:http server on a unix socket of its own, standing where snapd stands. */
export class FakeDaemon {
  readonly seen: SeenRequest[] = [];
  connections = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly directory: string,
    private readonly server: Server,
  ) {}

  get socketPath(): string {
    return join(this.directory, 'snapd.socket');
  }

  static async start(handler: Handler): Promise<FakeDaemon> {
    const directory = await mkdtemp(join(tmpdir(), 'snapd-client-'));
    const server = createServer((request, response) => {
      readAll(request).then(
        (body) => {
          const seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
          daemon.seen.push(seen);
          handler(seen, response);
        },
        () => response.destroy(), // the client cut its request: as for snapd, it was never made
      );
    });
    const daemon = new FakeDaemon(directory, server);
    server.on('connection', (socket: Socket) => {
      daemon.connections += 1;
      daemon.sockets.add(socket);
      socket.on('close', () => daemon.sockets.delete(socket));
    });
    await daemon.listen();
    return daemon;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(this.socketPath, resolve));
  }

  /** Closes the socket as a restart does; `listen` brings the daemon back. */
  stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  async dispose(): Promise<void> {
    if (this.server.listening) await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Takes a request and never answers. */
export const silent: Handler = () => undefined;

/** Answers with a JSON body. */
export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** snapd's envelope around a result. */
export function sync(response: ServerResponse, result: unknown, more: object = {}): void {
  json(response, 200, { type: 'sync', 'status-code': 200, status: 'OK', result, ...more });
}

/** snapd's answer to an accepted change. */
export function accepted(response: ServerResponse, change: string, result: unknown = null): void {
  json(response, 202, { type: 'async', 'status-code': 202, status: 'Accepted', result, change });
}

/** snapd's refusal. */
export function refused(response: ServerResponse, status: number, result: object): void {
  json(response, status, { type: 'error', 'status-code': status, status: 'x', result });
}

async function readAll(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}
