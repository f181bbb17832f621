import { SnapdClient } from './client';
import { SnapdGarbageError, SnapdRequestError } from './errors';
import { FakeDaemon, accepted, sync, type Handler } from './testing/fake-daemon';
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

const answer = (result: unknown): void => {
  handler = (_request, response) => sync(response, result);
};

const sent = (): { line: string; json: unknown } => {
  const request = daemon.seen.at(-1);
  return { line: `${request?.method} ${request?.url}`, json: request?.body ? JSON.parse(request.body) : undefined };
};

type Call = (on: SnapdClient) => Promise<unknown>;

const plug = { snap: 'a', plug: 'p' };
const slot = { snap: 'b', slot: 's' };
const set = { 'account-id': 'acme', name: 'base', mode: 'enforce', sequence: 3, 'pinned-at': 3, valid: true };

const reads: [string, Call, unknown][] = [
  ['GET /v2/changes?select=all&for=core22', (c) => c.changes.list({ select: 'all', for: 'core22' }), []],
  ['GET /v2/notices', (c) => c.notices.list(), []],
  [
    'GET /v2/notices?types=change-update%2Crefresh-inhibit&keys=1%2C2&after=2026-11-20T15%3A26%3A13.2%2B02%3A00&users=all',
    (c) =>
      c.notices.list({
        types: ['change-update', 'refresh-inhibit'],
        keys: ['1', '2'],
        after: '2026-11-20T15:26:13.2+02:00',
        users: 'all',
      }),
    [],
  ],
  ['GET /v2/notices?timeout=30000ms&user-id=0', (c) => c.notices.list({ timeoutMs: 30_000, userId: 0 }), []],
  ['GET /v2/snaps', (c) => c.snaps.list(), []],
  ['GET /v2/snaps?select=all&snaps=a%2Cb', (c) => c.snaps.list({ select: 'all', snaps: ['a', 'b'] }), []],
  ['GET /v2/snaps/core22', (c) => c.snaps.get('core22'), { name: 'core22', revision: '1380' }],
  ['GET /v2/snaps/system/conf', (c) => c.conf.get('system'), { refresh: { retain: 3 } }],
  ['GET /v2/snaps/x/conf?keys=a%2Cb.c', (c) => c.conf.get('x', ['a', 'b.c']), { a: 1, 'b.c': null }],
  ['GET /v2/apps?names=x.y&select=service', (c) => c.apps.list({ names: ['x.y'], select: 'service' }), [{ name: 'y' }]],
  ['GET /v2/systems/20261120', (c) => c.systems.get('20261120'), { label: '20261120' }],
  ['GET /v2/validation-sets', (c) => c.validationSets.list(), [set]],
  ['GET /v2/validation-sets/acme/base?sequence=3', (c) => c.validationSets.get('acme', 'base', { sequence: 3 }), set],
  ['GET /v2/model?json=true', (c) => c.model.json(), { headers: { type: 'model' } }],
  ['GET /v2/model/serial?json=true', (c) => c.model.serialJson(), { headers: { type: 'serial' }, body: 'key' }],
  [
    'GET /v2/assertions/model?brand-id=acme&json=true',
    (c) => c.assertions.listJson('model', { headers: { 'brand-id': 'acme' } }),
    [{ headers: {} }],
  ],
  ['GET /v2/system-info', (c) => c.systemInfo.get(), { version: '2.77.1', features: {} }],
  ['GET /v2/warnings?select=all', (c) => c.warnings.list({ select: 'all' }), [{ message: 'm' }]],
  ['GET /v2/snapshots?set=1&snaps=a', (c) => c.snapshots.list({ set: 1, snaps: ['a'] }), [{ id: 1, snapshots: [] }]],
  ['GET /v2/aliases', (c) => c.aliases.list(), { x: { y: { command: 'x.y', status: 'manual' } } }],
  ['GET /v2/quotas', (c) => c.quotas.list(), [{ 'group-name': 'g' }]],
  ['GET /v2/quotas/g', (c) => c.quotas.get('g'), { 'group-name': 'g' }],
  ['GET /v2/users', (c) => c.users.list(), [{ id: 1, username: 'a' }]],
  ['GET /v2/system-recovery-keys', (c) => c.recoveryKeys.get(), { 'recovery-key': 'k' }],
  ['GET /v2/find?name=core22', (c) => c.store.find({ name: 'core22' }), [{ name: 'core22' }]],
  ['GET /v2/sections', (c) => c.store.sections(), ['games']],
  ['GET /v2/categories', (c) => c.store.categories(), [{ name: 'games' }]],
];

describe('a read', () => {
  it.each(reads)('%s returns what snapd sent', async (line, call, result) => {
    answer(result);
    expect(await call(client)).toEqual(result);
    expect(sent()).toEqual({ line, json: undefined });
  });
});

const changing: [string, unknown, Call][] = [
  [
    'POST /v2/snaps',
    { action: 'refresh', snaps: ['a'], transaction: 'all-snaps' },
    (c) => c.snaps.act({ action: 'refresh', snaps: ['a'], transaction: 'all-snaps' }),
  ],
  [
    'POST /v2/snaps',
    { action: 'refresh', 'validation-sets': ['acme/base=3'] },
    (c) => c.snaps.act({ action: 'refresh', 'validation-sets': ['acme/base=3'] }),
  ],
  [
    'POST /v2/snaps',
    { action: 'hold', time: 'forever', 'hold-level': 'auto-refresh' },
    (c) => c.snaps.act({ action: 'hold', time: 'forever', 'hold-level': 'auto-refresh' }),
  ],
  [
    'POST /v2/snaps/core22',
    { action: 'refresh', channel: 'latest/edge', 'cohort-key': 'k' },
    (c) => c.snaps.actOn('core22', { action: 'refresh', channel: 'latest/edge', 'cohort-key': 'k' }),
  ],
  ['POST /v2/snaps/x', { action: 'unhold' }, (c) => c.snaps.actOn('x', { action: 'unhold' })],
  [
    'PUT /v2/snaps/system/conf',
    { 'refresh.retain': 5, a: null },
    (c) => c.conf.set('system', { 'refresh.retain': 5, a: null }),
  ],
  [
    'POST /v2/apps',
    { action: 'restart', names: ['x.y'], reload: true },
    (c) => c.apps.act({ action: 'restart', names: ['x.y'], reload: true }),
  ],
  [
    'POST /v2/systems',
    {
      action: 'create',
      label: 'l',
      'validation-sets': ['a/b=1'],
      'test-system': true,
      'mark-default': true,
      offline: false,
    },
    (c) =>
      c.systems.create({
        label: 'l',
        'validation-sets': ['a/b=1'],
        'test-system': true,
        'mark-default': true,
        offline: false,
      }),
  ],
  ['POST /v2/systems/l', { action: 'remove' }, (c) => c.systems.remove('l')],
  ['POST /v2/model', { 'new-model': 'text', offline: true }, (c) => c.model.remodel('text', { offline: true })],
  [
    'POST /v2/interfaces',
    { action: 'connect', plugs: [plug], slots: [slot] },
    (c) => c.connections.connect({ plug, slot }),
  ],
  [
    'POST /v2/interfaces',
    { action: 'disconnect', plugs: [plug], slots: [slot], forget: true },
    (c) => c.connections.disconnect({ plug, slot }, { forget: true }),
  ],
  ['POST /v2/snapshots', { action: 'restore', set: 1 }, (c) => c.snapshots.act({ action: 'restore', set: 1 })],
  ['POST /v2/aliases', { action: 'prefer', snap: 'x' }, (c) => c.aliases.act({ action: 'prefer', snap: 'x' })],
  [
    'POST /v2/quotas',
    { action: 'ensure', 'group-name': 'g', constraints: { memory: 1 } },
    (c) => c.quotas.ensure({ 'group-name': 'g', constraints: { memory: 1 } }),
  ],
  ['POST /v2/quotas', { action: 'remove', 'group-name': 'g' }, (c) => c.quotas.remove('g')],
  [
    'PUT /v2/confdb/acme/net/wifi',
    { values: { ssid: 'x' } },
    (c) => c.confdb.set({ account: 'acme', schema: 'net', view: 'wifi' }, { ssid: 'x' }),
  ],
];

describe('a change', () => {
  it.each(changing)('%s %j returns its id', async (line, body, call) => {
    handler = (_request, response) => accepted(response, '17');
    expect(await call(client)).toEqual({ changeId: '17', result: null });
    expect(sent()).toEqual({ line, json: body });
  });
});

const atOnce: [string, unknown, Call, unknown, unknown][] = [
  [
    'POST /v2/validation-sets/acme/base',
    { action: 'apply', mode: 'enforce', sequence: 3 },
    (c) => c.validationSets.apply('acme', 'base', { mode: 'enforce', sequence: 3 }),
    set,
    set,
  ],
  [
    'POST /v2/validation-sets/acme/base',
    { action: 'forget' },
    (c) => c.validationSets.forget('acme', 'base'),
    null,
    undefined,
  ],
  ['POST /v2/systems', { action: 'reboot' }, (c) => c.systems.reboot(), null, undefined],
  [
    'POST /v2/systems/l',
    { action: 'reboot', mode: 'recover' },
    (c) => c.systems.reboot({ label: 'l', mode: 'recover' }),
    null,
    undefined,
  ],
  ['POST /v2/systems/l', { action: 'do', mode: 'run' }, (c) => c.systems.do('l', 'run'), null, undefined],
  ['POST /v2/warnings', { action: 'okay', timestamp: 'T' }, (c) => c.warnings.okay('T'), 2, 2],
  ['POST /v2/cohorts', { action: 'create', snaps: ['x'] }, (c) => c.cohorts.create(['x']), { x: 'key' }, { x: 'key' }],
  [
    'POST /v2/users',
    { action: 'create', email: 'a@example.com' },
    (c) => c.users.create({ email: 'a@example.com' }),
    [{ username: 'a' }],
    [{ username: 'a' }],
  ],
  [
    'POST /v2/users',
    { action: 'remove', username: 'a' },
    (c) => c.users.remove('a'),
    { removed: [{ id: 1 }] },
    [{ id: 1 }],
  ],
  ['POST /v2/model/serial', { action: 'forget' }, (c) => c.model.forgetSerial(), null, undefined],
];

describe('what snapd does at once', () => {
  it.each(atOnce)('%s %j', async (line, body, call, result, returned) => {
    answer(result);
    expect(await call(client)).toEqual(returned);
    expect(sent()).toEqual({ line, json: body });
  });
});

describe('an answer that is not what it should be', () => {
  it.each<[string, Call, unknown]>([
    ['a list that is an object', (c) => c.snaps.list(), {}],
    ['a row that is a text', (c) => c.snaps.list(), ['core22']],
    ['a snap whose revision is a number', (c) => c.snaps.get('x'), { name: 'x', revision: 12 }],
    ['a change without status', (c) => c.changes.get('1'), { id: '1', kind: 'k', summary: 's', ready: true }],
    [
      'a change with a task that is none',
      (c) => c.changes.get('1'),
      { id: '1', kind: 'k', summary: 's', status: 'Do', ready: false, tasks: [null] },
    ],
    ['a notice without last-repeated', (c) => c.notices.list(), [{ id: '1', type: 'change-update', key: '1' }]],
    ['no object', (c) => c.systems.list(), null],
    ['a validation set without verdict', (c) => c.validationSets.list(), [{ 'account-id': 'a', name: 'b' }]],
  ])('%s is garbage', async (_what, call, result) => {
    answer(result);
    await expect(call(client)).rejects.toBeInstanceOf(SnapdGarbageError);
  });

  it('is an empty list where snapd says null', async () => {
    answer(null);
    expect(await client.snaps.list()).toEqual([]);
    expect(await client.changes.list()).toEqual([]);
  });

  it('passes fields on that this library does not know', async () => {
    answer([{ name: 'x', revision: '1', 'from-the-future': { a: [1] } }]);
    expect(await client.snaps.list()).toEqual([{ name: 'x', revision: '1', 'from-the-future': { a: [1] } }]);
  });
});

describe('systems', () => {
  it('are none where snapd leaves the key out', async () => {
    answer({});
    expect(await client.systems.list()).toEqual([]);
    answer({ systems: [{ label: '20261120', current: true }] });
    expect(await client.systems.list()).toEqual([{ label: '20261120', current: true }]);
  });
});

describe('connections', () => {
  it('always have their four lists', async () => {
    answer({ established: [{ plug, slot, interface: 'network' }], plugs: null });
    expect(await client.connections.list({ snap: 'a' })).toEqual({
      established: [{ plug, slot, interface: 'network' }],
      undesired: [],
      plugs: [],
      slots: [],
    });
    expect(sent().line).toBe('GET /v2/connections?snap=a');
  });
});

describe('a name', () => {
  it.each(['', '.', '..', 'a/b', '../changes/1'])('%j never becomes another path', async (name) => {
    await expect(client.snaps.get(name)).rejects.toBeInstanceOf(SnapdRequestError);
    await expect(client.validationSets.get('acme', name)).rejects.toBeInstanceOf(SnapdRequestError);
    expect(daemon.seen).toEqual([]);
  });

  it('is escaped', async () => {
    answer({ name: 'x', revision: '1' });
    await client.snaps.get('a b?c#d');
    expect(sent().line).toBe('GET /v2/snaps/a%20b%3Fc%23d');
  });
});
