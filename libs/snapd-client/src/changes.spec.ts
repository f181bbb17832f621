import { compareChangeIds, parseTaskLogLine } from './changes';
import { SnapdClient } from './client';
import { isRequestCanceled } from './errors';
import { FakeDaemon, json, refused, sync, type Handler } from './testing/fake-daemon';
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

const change = (id: string, more: object = {}): object => ({
  id,
  kind: 'configure-snap',
  summary: 'Change configuration of "core" snap',
  status: 'Done',
  ready: true,
  'spawn-time': '2026-11-20T13:26:16.342655786Z',
  ...more,
});

describe('changes', () => {
  it('come by rising number although snapd shuffles them', async () => {
    handler = (_request, response) => sync(response, [change('10'), change('9'), change('100'), change('1')]);
    const listed = await client.changes.list({ select: 'all' });
    expect(listed.map(({ id }) => id)).toEqual(['1', '9', '10', '100']);
  });

  it('keep their tasks as snapd sent them', async () => {
    const task = {
      id: '22',
      kind: 'run-hook',
      summary: 'Run configure hook of "core" snap',
      status: 'Error',
      log: ['2026-11-20T14:11:07Z ERROR run hook "configure": retain must be a\nnumber'],
      progress: { label: '', done: 1, total: 1 },
    };
    const failed = change('25', { status: 'Error', tasks: [task], err: 'cannot perform the following tasks:\n- …' });
    handler = (_request, response) => sync(response, failed);
    expect(await client.changes.get('25')).toEqual(failed);
  });

  it('can be aborted, and a ready one cannot', async () => {
    handler = (_request, response) => sync(response, change('9', { status: 'Abort', ready: false }));
    expect(await client.changes.abort('9')).toMatchObject({ id: '9', status: 'Abort', ready: false });
    expect(daemon.seen[0]).toMatchObject({ method: 'POST', url: '/v2/changes/9', body: '{"action":"abort"}' });
    handler = (_request, response) => refused(response, 400, { message: 'cannot abort change 9 with nothing pending' });
    await expect(client.changes.abort('9')).rejects.toMatchObject({ status: 400, kind: undefined });
  });

  it('that snapd forgot are a 404 without kind', async () => {
    handler = (_request, response) => refused(response, 404, { message: 'cannot find change with id "9"' });
    await expect(client.changes.get('9')).rejects.toMatchObject({
      status: 404,
      kind: undefined,
      message: 'cannot find change with id "9"',
    });
  });
});

describe('compareChangeIds', () => {
  it('orders by number, also past what a double holds', () => {
    const ids = ['90071992547409931', '9', '10', '90071992547409930', '010', '0'];
    expect([...ids].sort(compareChangeIds)).toEqual(['0', '9', '10', '010', '90071992547409930', '90071992547409931']);
  });
});

describe('parseTaskLogLine', () => {
  it('takes time, level and text apart', () => {
    expect(parseTaskLogLine('2026-11-20T14:11:07+02:00 ERROR run hook "x":\nno')).toEqual({
      time: '2026-11-20T14:11:07+02:00',
      level: 'ERROR',
      text: 'run hook "x":\nno',
    });
    expect(parseTaskLogLine('free text')).toBeUndefined();
  });
});

describe('a long-poll', () => {
  const notice = {
    id: '17',
    'user-id': null,
    type: 'change-update',
    key: '17',
    'last-repeated': '2026-11-20T13:26:16.342659211Z',
  };

  it('waits on its own connection while other reads go on', async () => {
    handler = (request, response) => {
      if (request.url.startsWith('/v2/notices')) setTimeout(() => sync(response, [notice]), 50);
      else sync(response, []);
    };
    const waiting = client.notices.list({ types: ['change-update'], timeoutMs: 5000 });
    await client.changes.list();
    expect(await waiting).toEqual([notice]);
    expect(daemon.connections).toBe(2);
    expect(daemon.seen.find(({ url }) => url.startsWith('/v2/notices'))?.headers.connection).toBe('close');
  });

  it('returns nothing when the time is over', async () => {
    handler = (_request, response) => sync(response, []);
    expect(await client.notices.list({ timeoutMs: 1000 })).toEqual([]);
  });

  it('is cancelled at once while snapd shuts down, and says why', async () => {
    const maintenance = { message: 'daemon is restarting', kind: 'daemon-restart' };
    handler = (_request, response) =>
      json(response, 500, {
        type: 'error',
        'status-code': 500,
        status: 'Internal Server Error',
        result: { message: 'request canceled' },
        maintenance,
      });
    const error = await client.notices.list({ timeoutMs: 1000 }).catch((thrown: unknown) => thrown);
    expect(isRequestCanceled(error)).toBe(true);
    expect(error).toMatchObject({ maintenance });
    expect(daemon.seen).toHaveLength(1);
  });
});
