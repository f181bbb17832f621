import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Device } from '../device/device';
import { exchange, type ConnectionFaults } from './exchange';

/** Serves a device on a unix socket that comes and goes with it: while the device is down there is no socket. */
export class UnixServer {
  private server: Server | undefined;
  private wanted = true;

  constructor(
    private readonly device: Device,
    private readonly faults: ConnectionFaults,
    private readonly socketPath: string,
    private readonly uid: number,
  ) {}

  /** Opens the socket. @throws when the path cannot be listened on */
  async open(): Promise<void> {
    if (!this.wanted || this.server) return;
    const server = createServer((request, response) => void this.answer(request, response));
    server.keepAliveTimeout = 0;
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.socketPath, resolve);
    });
  }

  /** Removes the socket and cuts its connections. */
  async shut(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  /** As `shut`, for good. */
  async close(): Promise<void> {
    this.wanted = false;
    await this.shut();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const reply = await exchange(this.device, this.faults, await this.read(request));
      const length = Buffer.byteLength(reply.body);
      response.writeHead(reply.status, { ...reply.headers, 'content-length': length }).end(reply.body);
    } catch (cause) {
      // Whatever stops the answer, the client sees a broken connection, as from a daemon that died.
      response.destroy(cause as Error);
    }
  }

  private async read(request: IncomingMessage): Promise<Parameters<typeof exchange>[2]> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = 'GET', url: target = '/' } = request;
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    return { method, target, headers, body: Buffer.concat(chunks).toString('utf8'), uid: this.uid };
  }
}
