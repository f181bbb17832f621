import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Device } from '../device/device';
import { bytesOf, isStream } from './body';
import type { HttpReply } from './envelope';
import { exchange, type ConnectionFaults, type Exchange } from './exchange';

/** Serves a device on a unix socket that comes and goes with it: while the device is down there is no socket. */
export class UnixServer {
  private server: Server | undefined;
  private wanted = true;
  /** Opening and shutting take turns. */
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly device: Device,
    private readonly faults: ConnectionFaults,
    private readonly socketPath: string,
    private readonly peer: { uid: number; snap?: string },
  ) {}

  /** Opens the socket. @throws when the path cannot be listened on */
  open(): Promise<void> {
    return (this.turn = this.turn.then(() => this.doOpen()));
  }

  /** Removes the socket and cuts its connections. */
  shut(): Promise<void> {
    return (this.turn = this.turn.then(() => this.doShut()));
  }

  /** As `shut`, for good. */
  close(): Promise<void> {
    this.wanted = false;
    return this.shut();
  }

  private async doOpen(): Promise<void> {
    if (!this.wanted || this.server || this.faults.refuse || this.device.power.state === 'down') return;
    const server = createServer((request, response) => void this.answer(request, response));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.socketPath, resolve);
    });
  }

  private async doShut(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const reply = await exchange(this.device, this.faults, await this.read(request, response));
      await this.write(reply, response);
    } catch (cause) {
      // Whatever stops the answer, the client sees a broken connection, as from a daemon that died.
      response.destroy(cause as Error);
    }
  }

  private async write({ status, headers, body }: HttpReply, response: ServerResponse): Promise<void> {
    if (isStream(body)) return pipeline(Readable.from(body), response.writeHead(status, headers));
    const bytes = bytesOf(body);
    response.writeHead(status, { ...headers, 'content-length': bytes.byteLength }).end(bytes);
  }

  private async read(request: IncomingMessage, response: ServerResponse): Promise<Exchange> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = 'GET', url: target = '/' } = request;
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const body = Buffer.concat(chunks);
    const onGone = (fn: () => void): unknown => response.once('close', fn);
    return { method, target, headers, body, ...this.peer, onGone };
  }
}
