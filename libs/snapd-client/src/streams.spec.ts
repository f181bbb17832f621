import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapdClient } from './client';
import { SnapdGarbageError, SnapdUploadError } from './errors';
import { FakeDaemon, accepted, refused, sync, type Handler } from './testing/fake-daemon';
import { unixSocketTransport } from './unix-socket-transport';

let daemon: FakeDaemon;
let client: SnapdClient;
let handler: Handler;

beforeEach(async () => {
  handler = (_request, response) => accepted(response, '7');
  daemon = await FakeDaemon.start((request, response) => handler(request, response));
  client = new SnapdClient(unixSocketTransport(daemon.socketPath));
});

afterEach(async () => {
  client.close();
  await daemon.dispose();
});

async function* bytes(...pieces: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

async function text(content: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

/** The form as the platform's own decoder reads it: field name, then text or file name and content. */
async function form(): Promise<[string, string][]> {
  const seen = daemon.seen[0];
  const type = seen?.headers['content-type'] ?? '';
  const body = Buffer.from(seen?.body ?? '', 'latin1');
  const parts = await new Response(body, { headers: { 'content-type': type } }).formData();
  const read: [string, string][] = [];
  for (const [name, value] of parts) {
    const text =
      typeof value === 'string' ? value : `${value.name}:${Buffer.from(await value.arrayBuffer()).toString('latin1')}`;
    read.push([name, text]);
  }
  return read;
}

describe('a sideload', () => {
  it('sends options first, then files from disk and from elsewhere', async () => {
    const path = join(daemon.directory, 'lab-hello_1.snap');
    await writeFile(path, Buffer.from([0, 255, 13, 10, 45, 45]));
    const answer = await client.sideload.install([{ path }, { filename: 'b "q".snap', bytes: bytes('one', 'two') }], {
      dangerous: true,
      devmode: false,
      transaction: 'all-snaps',
      name: undefined,
    });
    expect(answer).toEqual({ changeId: '7', result: null });
    expect(await form()).toEqual([
      ['dangerous', 'true'],
      ['devmode', 'false'],
      ['transaction', 'all-snaps'],
      ['snap', 'lab-hello_1.snap:\0\xff\r\n--'],
      ['snap', 'b "q".snap:onetwo'],
    ]);
  });

  it('of a missing file starts nothing', async () => {
    const failed = client.sideload.install([{ path: join(daemon.directory, 'none.snap') }]);
    await expect(failed).rejects.toBeInstanceOf(SnapdUploadError);
    expect(daemon.seen).toEqual([]);
  });

  it('of more than fits the memory bound goes through', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const large = async function* (): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 24; sent += 1) yield piece;
    };
    await client.sideload.install([{ filename: 'large.snap', bytes: large() }], { dangerous: true });
    expect(daemon.seen[0]?.body.length).toBeGreaterThan(24 * 1024 * 1024);
  });

  it('passes the refusal on', async () => {
    const message = 'cannot find signatures with metadata for snap/component "x.snap"';
    handler = (_request, response) => refused(response, 400, { message });
    const failed = client.sideload.install([{ filename: 'x.snap', bytes: bytes('x') }]);
    await expect(failed).rejects.toMatchObject({ status: 400, message });
  });

  it('can try a directory of the device', async () => {
    await client.sideload.try('/home/x/prime', { devmode: true });
    expect(await form()).toEqual([
      ['action', 'try'],
      ['snap-path', '/home/x/prime'],
      ['devmode', 'true'],
    ]);
  });
});

describe('a recovery system made of files', () => {
  it('is sent as snapd wants it: one list of sets, many assertions', async () => {
    await client.systems.createFromFiles(
      { label: 'l', 'validation-sets': ['a/b=1', 'c/d'], 'test-system': true, 'mark-default': false },
      { assertions: ['type: a\n\nx', 'type: b\n\ny'], snaps: [{ filename: 'core24.snap', bytes: bytes('snap') }] },
    );
    expect(daemon.seen[0]?.url).toBe('/v2/systems');
    expect(await form()).toEqual([
      ['action', 'create'],
      ['label', 'l'],
      ['validation-sets', 'a/b=1,c/d'],
      ['test-system', 'true'],
      ['mark-default', 'false'],
      ['assertion', 'type: a\n\nx'],
      ['assertion', 'type: b\n\ny'],
      ['snap', 'core24.snap:snap'],
    ]);
  });
});

describe('a snapshot', () => {
  it('is exported as a stream', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x.snapd.snapshot', 'content-length': '4' }).end('data');
    };
    const archive = await client.snapshots.export(3);
    expect(daemon.seen[0]?.url).toBe('/v2/snapshots/3/export');
    expect(archive).toMatchObject({ sizeBytes: 4, contentType: 'application/x.snapd.snapshot', filename: '' });
    expect(await text(archive.content)).toBe('data');
  });

  it('is imported with its size announced', async () => {
    handler = (_request, response) => sync(response, { 'set-id': 4, snaps: ['x'] });
    expect(await client.snapshots.import(bytes('da', 'ta'), 4)).toEqual({ 'set-id': 4, snaps: ['x'] });
    expect(daemon.seen[0]).toMatchObject({ body: 'data' });
    expect(daemon.seen[0]?.headers).toMatchObject({
      'content-type': 'application/x.snapd.snapshot',
      'content-length': '4',
    });
  });
});

describe('logs', () => {
  const log = (...pieces: string[]): void => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json-seq' });
      for (const piece of pieces) response.write(Buffer.from(piece));
      response.end();
    };
  };
  const read = async (): Promise<unknown[]> => {
    const entries: unknown[] = [];
    for await (const entry of client.logs.read({ names: ['x.svc'], n: -1 })) entries.push(entry);
    return entries;
  };

  it('come record by record, wherever the stream is cut', async () => {
    const one = '\x1e{"timestamp":"2026-11-20T13:26:22.1Z","message":"häl","sid":"x.svc","pid":"7"}\n';
    log(one.slice(0, 20), one.slice(20) + '\x1e{"message":', '"two"}\n');
    expect(await read()).toEqual([
      { timestamp: '2026-11-20T13:26:22.1Z', message: 'häl', sid: 'x.svc', pid: '7' },
      { message: 'two' },
    ]);
    expect(daemon.seen[0]?.url).toBe('/v2/logs?names=x.svc&n=-1');
  });

  it('can be followed until the reader has enough', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json-seq' });
      response.write('\x1e{"message":"first"}\n');
    };
    for await (const entry of client.logs.read({ follow: true })) {
      expect(entry.message).toBe('first');
      break;
    }
    expect(daemon.seen[0]?.url).toBe('/v2/logs?follow=true');
  });

  it.each([
    ['a record that is not JSON', '\x1e{"message"\n'],
    ['a record without message', '\x1e{"pid":"1"}\n'],
    ['half a record', '\x1e{"message":"x"}'],
  ])('with %s are garbage', async (_what, text) => {
    log(text);
    await expect(read()).rejects.toBeInstanceOf(SnapdGarbageError);
  });

  it('that snapd cannot read on say why', async () => {
    log('\x1e{"message":"one"}\n', '\\x1E{"error": "journalctl: killed"}\\n'); // as snapd writes it, unescaped
    await expect(read()).rejects.toThrow(/journalctl: killed/);
  });

  it('with an endless record are given up', async () => {
    log('x'.repeat(3 * 1024 * 1024));
    await expect(read()).rejects.toMatchObject({ code: 'snapd-answer-too-large' });
  });

  it('of no services are a refusal', async () => {
    handler = (_request, response) =>
      refused(response, 404, { message: 'no matching services', kind: 'app-not-found' });
    await expect(read()).rejects.toMatchObject({ status: 404, kind: 'app-not-found' });
  });
});
