import { SnapdCaller } from './caller';
import { SnapdError, SnapdGarbageError, SnapdUnreachableError } from './errors';
import { FakeDaemon, accepted, json, refused, silent, sync, type Handler } from './testing/fake-daemon';
import type { SnapdRequest, SnapdTransport } from './transport';
import { unixSocketTransport } from './unix-socket-transport';

let daemon: FakeDaemon;
let transport: SnapdTransport;
let handler: Handler;

beforeEach(async () => {
  handler = (_request, response) => sync(response, 'ok');
  daemon = await FakeDaemon.start((request, response) => handler(request, response));
  transport = unixSocketTransport(daemon.socketPath);
});

afterEach(async () => {
  transport.close();
  await daemon.dispose();
});

/** Cuts the connection of the first `times` requests. */
const cutFirst =
  (times: number, then: Handler): Handler =>
  (request, response) =>
    daemon.seen.length <= times ? void response.destroy() : then(request, response);

describe('a read', () => {
  it('is tried again while snapd restarts', async () => {
    await daemon.stop();
    const caller = new SnapdCaller(transport, { retryEveryMs: 10, retryForMs: 5000 });
    const answer = caller.get('/v2/changes');
    setTimeout(() => void daemon.listen(), 40);
    expect(await answer).toBe('ok');
  });

  it('is tried again when its connection is cut', async () => {
    handler = cutFirst(2, (_request, response) => sync(response, 'third'));
    const caller = new SnapdCaller(transport, { retryEveryMs: 1 });
    expect(await caller.get('/v2/changes')).toBe('third');
  });

  it('is given up after the bounded time', async () => {
    await daemon.stop();
    const caller = new SnapdCaller(transport, { retryEveryMs: 10, retryForMs: 35 });
    const begin = performance.now();
    await expect(caller.get('/v2/changes')).rejects.toBeInstanceOf(SnapdUnreachableError);
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  it('is not tried again when snapd refuses, is slow or speaks garbage', async () => {
    const caller = new SnapdCaller(transport, { retryEveryMs: 1, getTimeoutMs: 20 });
    handler = (_request, response) => refused(response, 500, { message: 'request canceled' });
    await expect(caller.get('/v2/notices')).rejects.toBeInstanceOf(SnapdError);
    handler = (_request, response) => json(response, 200, { hello: 'world' });
    await expect(caller.get('/v2/notices')).rejects.toBeInstanceOf(SnapdGarbageError);
    handler = silent;
    await expect(caller.get('/v2/notices')).rejects.toMatchObject({ code: 'snapd-timeout', timeoutMs: 20 });
    expect(daemon.seen).toHaveLength(3);
  });

  it('stops trying when the caller aborts or the client closes', async () => {
    await daemon.stop();
    const caller = new SnapdCaller(transport, { retryEveryMs: 20, retryForMs: 60_000 });
    const reason = new Error('enough');
    const abort = new AbortController();
    const aborted = caller.get('/v2/changes', { signal: abort.signal });
    setTimeout(() => abort.abort(reason), 30);
    await expect(aborted).rejects.toBe(reason);
    const closed = caller.get('/v2/changes');
    setTimeout(() => caller.close(), 30);
    await expect(closed).rejects.toMatchObject({ reason: 'closed' });
  });
});

describe('a request that changes something', () => {
  it.each(['POST', 'PUT'] as const)('is sent once when %s gets no answer', async (method) => {
    handler = cutFirst(9, silent);
    const caller = new SnapdCaller(transport, { retryEveryMs: 1 });
    const error = await caller.start({ method, path: '/v2/snaps', json: {} }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'snapd-unreachable', mayHaveReachedSnapd: true });
    expect(daemon.seen).toHaveLength(1);
  });

  it('returns the change it started', async () => {
    handler = (_request, response) => accepted(response, '17', { 'set-id': 3 });
    const caller = new SnapdCaller(transport);
    expect(await caller.start({ method: 'POST', path: '/v2/snaps', json: { action: 'snapshot' } })).toEqual({
      changeId: '17',
      result: { 'set-id': 3 },
    });
    expect(daemon.seen[0]).toMatchObject({ body: '{"action":"snapshot"}' });
    expect(daemon.seen[0]?.headers['content-type']).toBe('application/json');
  });
});

describe('a caller', () => {
  it('waits longer for a write than for a read unless told otherwise', async () => {
    const seen: SnapdRequest[] = [];
    const recording: SnapdTransport = {
      request: (request) => {
        seen.push(request);
        return transport.request(request);
      },
      close: () => transport.close(),
    };
    const caller = new SnapdCaller(recording, { getTimeoutMs: undefined });
    await caller.get('/v2/changes');
    await caller.sync({ method: 'POST', path: '/v2/changes/1' });
    await caller.sync({ method: 'POST', path: '/v2/changes/1' }, { timeoutMs: 5000 });
    expect(seen.map((request) => request.timeoutMs)).toEqual([30_000, 60_000, 5000]);
  });

  it('tells of maintenance and warnings of every answer, refusals included', async () => {
    const notes: unknown[] = [];
    const caller = new SnapdCaller(transport, { onAnswer: (note) => notes.push(note) });
    const maintenance = { kind: 'system-restart', message: 'system is restarting', value: { op: 'reboot' } };
    handler = (_request, response) => sync(response, [], { 'warning-count': 2, 'warning-timestamp': 'T' });
    await caller.get('/v2/changes');
    handler = (_request, response) =>
      json(response, 500, { type: 'error', 'status-code': 500, result: { message: 'request canceled' }, maintenance });
    await expect(caller.get('/v2/notices')).rejects.toMatchObject({ maintenance });
    expect(notes).toEqual([{ 'warning-count': 2, 'warning-timestamp': 'T' }, { maintenance }]);
  });

  it('bounds what it holds in memory', async () => {
    handler = (_request, response) => sync(response, 'x'.repeat(2000));
    const caller = new SnapdCaller(transport, { maxBodyBytes: 1000 });
    await expect(caller.get('/v2/find')).rejects.toMatchObject({ code: 'snapd-answer-too-large', maxBytes: 1000 });
  });
});
