import { SnapdClient } from './client';
import { SnapdGarbageError, SnapdTimeoutError } from './errors';
import { FakeDaemon, refused, type Handler } from './testing/fake-daemon';
import { unixSocketTransport } from './unix-socket-transport';

let daemon: FakeDaemon;
let client: SnapdClient;
let handler: Handler;

beforeEach(async () => {
  daemon = await FakeDaemon.start((request, response) => handler(request, response));
  client = new SnapdClient(unixSocketTransport(daemon.socketPath));
});

afterEach(async () => {
  client.close();
  await daemon.dispose();
});

async function text(content: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

const file =
  (headers: Record<string, string>, body: string, status = 200): Handler =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

describe('a file of an installed snap', () => {
  it('is its icon, whatever its type', async () => {
    handler = file(
      { 'content-type': 'image/svg+xml', 'content-disposition': 'attachment; filename=icon.svg' },
      '<svg/>',
    );
    const icon = await client.icons.get('x');
    expect(icon).toMatchObject({ filename: 'icon.svg', contentType: 'image/svg+xml', sizeBytes: undefined });
    expect(await text(icon.content)).toBe('<svg/>');
    expect(daemon.seen[0]?.url).toBe('/v2/icons/x/icon');
  });

  it('is the snap itself', async () => {
    const headers = { 'content-disposition': 'attachment; filename=x_7.snap', 'content-length': '4' };
    handler = file({ 'content-type': 'application/octet-stream', ...headers }, 'hsqs');
    const snap = await client.snaps.file('x');
    expect(snap).toMatchObject({ filename: 'x_7.snap', sizeBytes: 4 });
    expect(await text(snap.content)).toBe('hsqs');
    expect(daemon.seen[0]?.url).toBe('/v2/snaps/x/file');
  });

  it('that is not there is a refusal', async () => {
    const missing = { message: 'no state entry', kind: 'snap-not-found', value: 'x' };
    handler = (_request, response) => refused(response, 404, missing);
    await expect(client.icons.get('x')).rejects.toMatchObject({ status: 404, ...missing });
  });

  it('is given up when snapd stops sending, but not when its reader is slow', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': '8' });
      response.write('half');
    };
    const snap = await client.snaps.file('x', { timeoutMs: 100 });
    await new Promise((resolve) => setTimeout(resolve, 250)); // the reader's own time, also before it begins
    const pieces = snap.content[Symbol.asyncIterator]();
    expect(String((await pieces.next()).value)).toBe('half');
    await new Promise((resolve) => setTimeout(resolve, 250));
    await expect(pieces.next()).rejects.toBeInstanceOf(SnapdTimeoutError);
  });

  it('that is cut ends in an error', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': '8' });
      response.write('half', () => response.destroy());
    };
    const snap = await client.snaps.file('x');
    await expect(text(snap.content)).rejects.toMatchObject({ code: 'snapd-unreachable' });
  });
});

describe('a profile of snapd', () => {
  it('is a file', async () => {
    handler = file({ 'content-type': 'application/octet-stream' }, 'gz');
    expect(await text((await client.debug.pprof('heap', 5)).content)).toBe('gz');
    expect(daemon.seen[0]?.url).toBe('/v2/debug/pprof/heap?seconds=5');
  });
});

describe('a download from the store', () => {
  const head = {
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment; filename=core22_1380.snap',
    'snap-sha3-384': 'ab',
    'snap-length': '10',
    'snap-download-token': 'token',
  };
  const known = { filename: 'core22_1380.snap', sizeBytes: 10, sha3_384: 'ab', token: 'token' };

  it('can be looked at first', async () => {
    handler = file(head, '');
    expect(await client.downloads.peek({ 'snap-name': 'core22', channel: 'latest/edge' })).toEqual(known);
    expect(daemon.seen[0]).toMatchObject({
      method: 'POST',
      url: '/v2/download',
      body: '{"snap-name":"core22","channel":"latest/edge","header-peek":true}',
    });
  });

  it('comes as a stream', async () => {
    handler = file(head, '0123456789');
    const download = await client.downloads.start({ 'snap-name': 'core22', revision: 1380 });
    expect(download).toMatchObject({ ...known, fromByte: 0 });
    expect(await text(download.content)).toBe('0123456789');
    expect(daemon.seen[0]?.headers.range).toBeUndefined();
  });

  it('is resumed where it was left', async () => {
    handler = file({ ...head, 'content-range': 'bytes 6-9/10' }, '6789', 206);
    const download = await client.downloads.resume({ 'snap-name': 'core22' }, { token: 'token', byte: 6 });
    expect(download.fromByte).toBe(6);
    expect(await text(download.content)).toBe('6789');
    expect(daemon.seen[0]?.headers.range).toBe('bytes=6-');
    expect(daemon.seen[0]?.body).toBe('{"snap-name":"core22","resume-token":"token"}');
  });

  it('begins again where the store cannot resume', async () => {
    handler = file(head, '0123456789');
    const download = await client.downloads.resume({ 'snap-name': 'core22' }, { token: 'token', byte: 6 });
    expect(download.fromByte).toBe(0);
  });

  it('is never sent again by itself', async () => {
    handler = (_request, response) => response.destroy();
    const failed = client.downloads.start({ 'snap-name': 'core22' });
    await expect(failed).rejects.toMatchObject({ code: 'snapd-unreachable', mayHaveReachedSnapd: true });
    expect(daemon.seen).toHaveLength(1);
  });

  it('that is refused keeps its kind', async () => {
    const value = { 'snap-name': 'x', action: 'download', channel: 'a', architecture: 'amd64', releases: [] };
    const refusal = { message: 'no snap revision on specified channel', kind: 'snap-channel-not-available', value };
    handler = (_request, response) => refused(response, 404, refusal);
    await expect(client.downloads.start({ 'snap-name': 'x' })).rejects.toMatchObject({ status: 404, ...refusal });
  });

  it('without its headers is garbage', async () => {
    handler = file({ 'content-type': 'application/octet-stream' }, '0123456789');
    await expect(client.downloads.start({ 'snap-name': 'x' })).rejects.toBeInstanceOf(SnapdGarbageError);
  });
});
