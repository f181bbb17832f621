import { createServer, request as httpRequest, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const LINE = 'x'.repeat(200);

/**
 * A snapd whose services never stop logging: followed logs are written as fast as they are taken, anything else is passed on to
 * the snapd behind it. It is the reader's road that bounds what is written here.
 */
export class Flood {
  /** Lines written to followers so far. */
  lines = 0;
  private readonly followers = new Set<ServerResponse>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly socketPath: string,
    private readonly server: Server,
  ) {}

  static async start(socketPath: string, upstream: string): Promise<Flood> {
    const server = createServer((request, response) => {
      if (/^\/v2\/logs\?.*follow=true/.test(request.url ?? '')) return flood.follow(response);
      const { method, url: path, headers } = request;
      const onward = httpRequest({ socketPath: upstream, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      request.pipe(onward);
    });
    const flood = new Flood(socketPath, server);
    server.on('connection', (socket) => {
      flood.sockets.add(socket);
      socket.on('close', () => flood.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    return flood;
  }

  get following(): number {
    return this.followers.size;
  }

  /** As when snapd is killed: followers see their connection break. */
  cut(): void {
    for (const follower of this.followers) follower.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private follow(response: ServerResponse): void {
    this.followers.add(response);
    response.on('close', () => this.followers.delete(response));
    response.writeHead(200, { 'content-type': 'application/json-seq' });
    let line = 0;
    const write = (): void => {
      while (this.followers.has(response)) {
        this.lines += 1;
        line += 1;
        const record = { timestamp: '2026-01-01T00:00:00Z', message: `${line} ${LINE}`, sid: 'flood', pid: '1' };
        if (!response.write(`\u001e${JSON.stringify(record)}\n`)) break;
      }
    };
    response.on('drain', write);
    write();
  }
}
