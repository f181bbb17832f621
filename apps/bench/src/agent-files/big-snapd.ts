import { createHash } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const PIECE = Buffer.alloc(64 * 1024, 'corefleet');
const CHANGE_ID = '900000';
const SNAP = 'big';

/** Bytes that are made as they are read. */
export function* generated(sizeBytes: number): Generator<Buffer> {
  for (let left = sizeBytes; left > 0; left -= PIECE.length)
    yield left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
}

/**
 * A snapd whose large files are neither kept nor read from a disk: it swallows what is sideloaded and makes up what is
 * exported, so that the agent is what is measured. Everything else a simulated snapd answers.
 */
export class BigSnapd {
  /** Of the last body that was swallowed, the form around the file included. */
  swallowedBytes = 0;
  private readonly server = createServer((request, response) => void this.answer(request, response));

  constructor(
    private readonly socketPath: string,
    private readonly upstream: string,
    private readonly sizeBytes: number,
  ) {}

  listen(): Promise<void> {
    this.server.requestTimeout = 0;
    return new Promise((resolve) => void this.server.listen(this.socketPath, resolve));
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '', headers } = request;
    if (method === 'POST' && headers['content-type']?.startsWith('multipart/')) return this.swallow(request, response);
    if (url === '/v2/snapshots/1/export') return this.export(response);
    if (url === `/v2/changes/${CHANGE_ID}`) return send(response, 200, 'sync', doneChange);
    if (url === `/v2/snaps?snaps=${SNAP}`)
      return send(response, 200, 'sync', [{ name: SNAP, revision: 'x1', version: '1' }]);
    const passed = httpRequest({ socketPath: this.upstream, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  }

  private async swallow(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.swallowedBytes = 0;
    for await (const piece of request as AsyncIterable<Buffer>) this.swallowedBytes += piece.length;
    send(response, 202, 'async', null, { change: CHANGE_ID });
  }

  private async export(response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'application/x.snapd.snapshot', 'content-length': this.sizeBytes });
    await pipeline(Readable.from(generated(this.sizeBytes)), response);
  }
}

const doneChange = {
  ...{ id: CHANGE_ID, kind: 'install-snap', summary: `Install "${SNAP}" snap from file`, status: 'Done', ready: true },
  ...{ 'spawn-time': '2026-01-01T00:00:00Z', tasks: [], data: { 'snap-names': [SNAP] } },
};

function send(response: ServerResponse, status: number, type: string, result: unknown, more: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ type, 'status-code': status, status: 'OK', result, ...more }));
}

/** SHA-256 of what is generated, in lower-case hex. */
export function generatedDigest(sizeBytes: number): string {
  const hash = createHash('sha256');
  for (const piece of generated(sizeBytes)) hash.update(piece);
  return hash.digest('hex');
}
