import { writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  SnapdAnswerTooLargeError,
  SnapdGarbageError,
  SnapdRequestError,
  SnapdTimeoutError,
  SnapdUnreachableError,
  SnapdUploadError,
  isOutcomeUnknown,
} from './errors';
import { FakeDaemon, silent, sync, type Handler } from './testing/fake-daemon';
import type { SnapdRequest, SnapdTransport } from './transport';
import { unixSocketTransport } from './unix-socket-transport';

let daemon: FakeDaemon;
let transport: SnapdTransport;
let handler: Handler;
const rawServers: Server[] = [];
const rawSockets = new Set<Socket>();

beforeEach(async () => {
  handler = (_request, response) => sync(response, 'ok');
  daemon = await FakeDaemon.start((request, response) => handler(request, response));
  transport = unixSocketTransport(daemon.socketPath);
});

afterEach(async () => {
  transport.close();
  await closeRawServers();
  await daemon.dispose();
});

const failure = (request: SnapdRequest): Promise<unknown> =>
  transport.request(request).then(
    (response) => response.text().catch((error: unknown) => error),
    (error: unknown) => error,
  );

async function* bytes(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

describe('a request', () => {
  it('carries method, path, headers and body, and names localhost as host', async () => {
    const response = await transport.request({
      method: 'PUT',
      path: '/v2/snaps/x/conf?a=b',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(JSON.parse(await response.text())).toMatchObject({ result: 'ok' });
    expect(response.headers['content-type']).toBe('application/json');
    expect(daemon.seen[0]).toMatchObject({ method: 'PUT', url: '/v2/snaps/x/conf?a=b', body: '{"a":1}' });
    expect(daemon.seen[0]?.headers).toMatchObject({ host: 'localhost', 'content-length': '7' });
  });

  it('streams a body of unknown length', async () => {
    const response = await transport.request({ method: 'POST', path: '/v2/snaps', body: bytes('one ', 'two') });
    expect(response.status).toBe(200);
    await response.text();
    expect(daemon.seen[0]?.body).toBe('one two');
    expect(daemon.seen[0]?.headers['transfer-encoding']).toBe('chunked');
  });

  it('shares a connection between reads and uses a fresh one for everything else and for long-polls', async () => {
    const read: SnapdRequest = { method: 'GET', path: '/v2/changes' };
    const ask = async (request: SnapdRequest): Promise<string> => (await transport.request(request)).text();
    await ask(read);
    await new Promise(setImmediate);
    await ask(read);
    expect(daemon.connections).toBe(1);
    await ask({ method: 'POST', path: '/v2/snaps', body: '{}' });
    await ask({ ...read, dedicatedConnection: true });
    expect(daemon.connections).toBe(3);
  });

  it('refuses a path that is not one', async () => {
    expect(await failure({ method: 'GET', path: '/v2/a b' })).toBeInstanceOf(SnapdRequestError);
  });
});

describe('an answer', () => {
  it('is bounded in memory', async () => {
    const response = await transport.request({ method: 'GET', path: '/v2/find' });
    await expect(response.text(10)).rejects.toBeInstanceOf(SnapdAnswerTooLargeError);
  });

  it('can be read as a stream while it is produced', async () => {
    handler = (_request, response) => {
      response.write('first');
      setTimeout(() => response.end('second'), 20);
    };
    const response = await transport.request({ method: 'GET', path: '/v2/logs', timeoutMs: 10 });
    const pieces: string[] = [];
    for await (const piece of response.stream()) pieces.push(Buffer.from(piece).toString());
    expect(pieces).toEqual(['first', 'second']);
  });

  it('drops the connection when its reader leaves', async () => {
    const left = new Promise<void>((resolve) => {
      handler = (_request, response) => {
        response.on('close', resolve);
        response.write('endless');
      };
    });
    const response = await transport.request({ method: 'GET', path: '/v2/logs', dedicatedConnection: true });
    for await (const piece of response.stream()) {
      expect(Buffer.from(piece).toString()).toBe('endless');
      break;
    }
    await left;
  });

  it('given before the end of an upload is returned and the rest is not sent', async () => {
    const answer = '{"type":"error","status-code":400,"status":"Bad Request","result":{"message":"no"}}';
    const path = await rawServer((socket) =>
      socket.once('data', () =>
        socket.write(`HTTP/1.1 400 Bad Request\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`),
      ),
    );
    transport = unixSocketTransport(path);
    let produced = 0;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) {
        produced += 1;
        yield Buffer.alloc(64 * 1024);
        await new Promise(setImmediate);
      }
    };
    const response = await transport.request({ method: 'POST', path: '/v2/snaps', body: endless() });
    expect(response.status).toBe(400);
    expect(await response.text()).toBe(answer);
    const atAnswer = produced;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(produced).toBeLessThanOrEqual(atAnswer + 1);
  });
});

describe('a failure', () => {
  it('says that nobody listens and that snapd cannot have seen the request', async () => {
    transport = unixSocketTransport(join(daemon.directory, 'nothing.socket'));
    const error = await failure({ method: 'POST', path: '/v2/snaps', body: '{}' });
    expect(error).toBeInstanceOf(SnapdUnreachableError);
    expect(error).toMatchObject({ reason: 'ENOENT', mayHaveReachedSnapd: false });
    expect(isOutcomeUnknown(error)).toBe(false);
  });

  it('says that the connection was refused when the daemon died and left its socket', async () => {
    const path = join(daemon.directory, 'left.socket');
    await writeFile(path, '');
    transport = unixSocketTransport(path);
    const error = await failure({ method: 'POST', path: '/v2/snaps', body: '{}' });
    expect(error).toMatchObject({ reason: 'ECONNREFUSED', mayHaveReachedSnapd: false });
  });

  it.each([
    ['before the head', ''],
    ['within the body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"type":'],
  ])('says that the request may have been read when the connection is cut %s', async (_where, sent) => {
    const path = await rawServer((socket) => socket.once('data', () => socket.end(sent)));
    transport = unixSocketTransport(path);
    const error = await failure({ method: 'POST', path: '/v2/snaps', body: '{}' });
    expect(error).toMatchObject({ code: 'snapd-unreachable', reason: 'ECONNRESET', mayHaveReachedSnapd: true });
    expect(isOutcomeUnknown(error)).toBe(true);
  });

  it('names an answer that is not HTTP', async () => {
    const path = await rawServer((socket) => socket.once('data', () => socket.end('SSH-2.0-x\r\n')));
    transport = unixSocketTransport(path);
    expect(await failure({ method: 'GET', path: '/v2/changes' })).toBeInstanceOf(SnapdGarbageError);
  });

  it('comes in time when the head or the rest of the body does not', async () => {
    handler = (_request, response) => response.flushHeaders();
    expect(await failure({ method: 'GET', path: '/v2/changes', timeoutMs: 20 })).toBeInstanceOf(SnapdTimeoutError);
    handler = silent;
    const error = await failure({ method: 'POST', path: '/v2/snaps', body: '{}', timeoutMs: 20 });
    expect(error).toMatchObject({ code: 'snapd-timeout', timeoutMs: 20, mayHaveReachedSnapd: true });
  });

  it('comes in time when snapd stops reading the body', async () => {
    const path = await rawServer((socket) => socket.pause());
    transport = unixSocketTransport(path);
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(64 * 1024);
    };
    const error = await failure({ method: 'POST', path: '/v2/snaps', body: endless(), timeoutMs: 50 });
    expect(error).toBeInstanceOf(SnapdTimeoutError);
  });

  it('of the body source is told apart from a failure of snapd', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('disk gone');
    };
    const error = await failure({ method: 'POST', path: '/v2/snaps', body: broken() });
    expect(error).toBeInstanceOf(SnapdUploadError);
    expect(error).toMatchObject({ message: 'cannot send the body of POST /v2/snaps: disk gone' });
    expect(isOutcomeUnknown(error)).toBe(false);
  });

  it('is the reason of the signal when the caller aborts, before or while waiting or reading', async () => {
    const reason = new Error('enough');
    expect(await failure({ method: 'GET', path: '/', signal: AbortSignal.abort(reason) })).toBe(reason);
    for (const answer of [false, true]) {
      handler = (_request, response) => void (answer && response.flushHeaders());
      const abort = new AbortController();
      const failed = failure({ method: 'GET', path: '/v2/notices', signal: abort.signal });
      setTimeout(() => abort.abort(reason), 20);
      expect(await failed).toBe(reason);
    }
  });

  it('ends everything in flight and later when the transport is closed', async () => {
    handler = silent;
    const failed = failure({ method: 'GET', path: '/v2/notices', dedicatedConnection: true });
    setTimeout(() => transport.close(), 20);
    expect(await failed).toMatchObject({ reason: 'closed', mayHaveReachedSnapd: true });
    expect(await failure({ method: 'GET', path: '/' })).toMatchObject({ reason: 'closed', mayHaveReachedSnapd: false });
  });
});

/** A server that speaks whatever it is told to, on a socket beside the daemon's; returns its path. */
async function rawServer(serve: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    rawSockets.add(socket);
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  rawServers.push(server);
  const path = join(daemon.directory, `raw-${rawServers.length}.socket`);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

async function closeRawServers(): Promise<void> {
  for (const socket of rawSockets) socket.destroy();
  rawSockets.clear();
  await Promise.all(rawServers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
}
