import { itCalls } from './testing/call-table';

const view = { account: 'acme', schema: 'net', view: 'wifi' };
const plug = { snap: 'a', plug: 'p', interface: 'network', connections: [{ snap: 'core', slot: 'network' }] };
const slot = { snap: 'core', slot: 'network', interface: 'network' };

describe('confdb', () => {
  itCalls([
    {
      call: (c) => c.confdb.get(view, { keys: ['a', 'b.c'], constraints: { id: 1 }, 'access-timeout': '10s' }),
      sends: 'GET /v2/confdb/acme/net/wifi?keys=a%2Cb.c&constraints=%7B%22id%22%3A1%7D&access-timeout=10s',
    },
    {
      call: (c) => c.confdb.set(view, { ssid: 'x' }, { 'access-timeout': '10s' }),
      sends: 'PUT /v2/confdb/acme/net/wifi',
      json: { values: { ssid: 'x' }, options: { 'access-timeout': '10s' } },
    },
    {
      call: (c) =>
        c.confdb.delegate({ 'operator-id': 'op', authentications: ['operator-key'], views: ['acme/net/wifi'] }),
      sends: 'POST /v2/confdb',
      json: { action: 'delegate', 'operator-id': 'op', authentications: ['operator-key'], views: ['acme/net/wifi'] },
      gets: null,
      returns: undefined,
    },
    {
      call: (c) => c.confdb.undelegate({ 'operator-id': 'op' }),
      sends: 'POST /v2/confdb',
      json: { action: 'undelegate', 'operator-id': 'op' },
      gets: null,
      returns: undefined,
    },
  ]);
});

describe('interfaces', () => {
  itCalls([
    { call: (c) => c.interfaces.list(), sends: 'GET /v2/interfaces?select=all', gets: [{ name: 'network' }] },
    {
      call: (c) => c.interfaces.list({ select: 'connected', names: ['a', 'b'], doc: true, plugs: true, slots: true }),
      sends: 'GET /v2/interfaces?select=connected&names=a%2Cb&doc=true&plugs=true&slots=true',
      gets: [],
    },
    { call: (c) => c.interfaces.legacy(), sends: 'GET /v2/interfaces', gets: { plugs: [plug], slots: [slot] } },
    { call: (c) => c.interfaces.legacy(), sends: 'GET /v2/interfaces', gets: {}, returns: { plugs: [], slots: [] } },
  ]);
});

describe('themes', () => {
  const statuses = { 'gtk-themes': { Foo: 'available' }, 'icon-themes': {}, 'sound-themes': {} };
  itCalls([
    {
      call: (c) => c.themes.status({ gtk: ['Foo', 'Bar'], icon: ['Baz'] }),
      sends: 'GET /v2/accessories/themes?gtk-theme=Foo&gtk-theme=Bar&icon-theme=Baz',
      gets: statuses,
    },
    {
      call: (c) => c.themes.install({ gtk: ['Foo'], sound: ['Quux'] }),
      sends: 'POST /v2/accessories/themes',
      json: { 'gtk-themes': ['Foo'], 'sound-themes': ['Quux'] },
    },
    {
      call: (c) => c.themes.change('7'),
      sends: 'GET /v2/accessories/changes/7',
      gets: { id: '7', kind: 'install-themes', summary: 's', status: 'Done', ready: true },
    },
  ]);
});

describe('what snapd knows of the device', () => {
  const encrypted = { status: 'active', 'auto-repair-result': 'not-attempted' };
  const advice = { action: 'advise-system-key-mismatch', 'system-key': '{"version":11}' };
  itCalls([
    {
      call: (c) => c.systemInfo.storageEncrypted(),
      sends: 'GET /v2/system-info/storage-encrypted',
      gets: encrypted,
    },
    {
      call: (c) => c.systemInfo.adviseSystemKeyMismatch('{"version":11}'),
      sends: 'POST /v2/system-info',
      json: advice,
      gets: '',
      returns: { kind: 'proceed' },
    },
    {
      call: (c) => c.systemInfo.adviseSystemKeyMismatch('{"version":11}'),
      sends: 'POST /v2/system-info',
      json: advice,
      returns: { kind: 'wait', changeId: '17', result: null },
    },
    {
      call: (c) => c.consoleConf.start(),
      sends: 'POST /v2/internal/console-conf-start',
      json: {},
      gets: { 'active-auto-refreshes': ['4'], 'active-auto-refresh-snaps': ['x'] },
    },
    {
      call: (c) => c.recoveryKeys.remove(),
      sends: 'POST /v2/system-recovery-keys',
      json: { action: 'remove' },
      gets: null,
      returns: undefined,
    },
  ]);
});

describe('the store', () => {
  itCalls([
    {
      call: (c) => c.store.find({ 'common-id': 'org.gnome.Maps', scope: 'wide' }),
      sends: 'GET /v2/find?common-id=org.gnome.Maps&scope=wide',
      gets: [{ name: 'maps', channels: { 'latest/stable': { revision: '7' } } }],
    },
    {
      call: (c) => c.store.find({ select: 'refresh' }),
      sends: 'GET /v2/find?select=refresh',
      gets: null,
      returns: [],
    },
  ]);
});

describe('notices', () => {
  itCalls([
    {
      call: (c) => c.notices.add('x_instance'),
      sends: 'POST /v2/notices',
      json: { action: 'add', type: 'snap-run-inhibit', key: 'x_instance' },
      gets: { id: '7' },
      returns: '7',
    },
  ]);
});
