import { SnapctlClient } from '@corefleet/snapd-client';
import { describeContract } from '../contract';
import { proveRefused } from './refused';

const NO_USERS = 'system user administration via snapd is not allowed on this system';

describeContract('the system', (contract) => {
  contract.proves('raw: GET /', 'says nothing at the root', async (subject) => {
    expect((await subject.ask('GET', '/')).body).toMatchObject({ type: 'sync', result: ['TBD'] });
  });

  contract.proves(['client: GET /v2/system-info', 'read: GET /v2/system-info'], 'tells what it is', async (subject) => {
    const info = await subject.client.systemInfo.get();
    expect(info).toMatchObject({
      ...{ series: '16', 'on-classic': true, managed: false, 'system-mode': 'run', architecture: 'amd64' },
      ...{ version: subject.backend.version, refresh: { timer: '00:00~24:00/4' } },
      features: { 'quota-groups': { supported: true }, hotplug: { supported: true, enabled: false } },
    });
    expect(await subject.read('/v2/system-info')).toMatchObject({ version: info.version, series: '16' });
  });

  if (contract.minor >= 75)
    contract.proves(
      [
        'client: POST /v2/system-info advise-system-key-mismatch',
        'operation: POST /v2/system-info advise-system-key-mismatch',
      ],
      'has nothing to do for a system key it cannot read',
      async (subject) => {
        expect(await subject.client.systemInfo.adviseSystemKeyMismatch('{}')).toEqual({ kind: 'proceed' });
        expect(await subject.operate('advise-system-key', { 'system-key': '{}' })).toMatchObject({
          verdict: { kind: 'verified' },
        });
      },
    );
  else
    proveRefused(contract, [
      {
        row: 'POST /v2/system-info advise-system-key-mismatch',
        ask: (client) => client.systemInfo.adviseSystemKeyMismatch('{}'),
        words: 'method "POST" not allowed',
      },
    ]);

  contract.proves(['client: GET /v2/warnings', 'read: GET /v2/warnings'], 'lists warnings', async (subject) => {
    await subject.client.debug.addWarning('lab warning');
    const warnings = await subject.client.warnings.list();
    expect(warnings).toContainEqual({
      ...{ message: 'lab warning', 'expire-after': '672h0m0s', 'repeat-after': '24h0m0s' },
      'first-added': expect.any(String),
      'last-added': expect.any(String),
    });
    expect(await subject.read('/v2/warnings')).toEqual(warnings);
  });

  contract.shows('behaviour 8: tells of pending warnings on every answer but errors', async (subject) => {
    const { body } = await subject.ask('GET', '/v2/changes');
    expect(body).toMatchObject({ 'warning-count': expect.any(Number), 'warning-timestamp': expect.any(String) });
    const refused = await subject.ask('GET', '/v2/changes?select=nope');
    expect(refused.body).not.toHaveProperty('warning-count');
  });

  contract.proves('client: POST /v2/warnings okay', 'takes them for seen up to a time', async (subject) => {
    expect(await subject.client.warnings.okay('2020-01-01T00:00:00Z')).toBe(0);
    const { body } = await subject.ask('GET', '/v2/changes');
    const count = body['warning-count'];
    expect(await subject.client.warnings.okay(String(body['warning-timestamp']))).toBe(count);
    expect(await subject.client.warnings.list()).toEqual([]);
    expect((await subject.client.warnings.list({ select: 'all' })).length).toBe(count);
  });

  contract.proves('operation: POST /v2/warnings okay', 'takes them for seen through the catalogue', async (subject) => {
    await subject.client.debug.addWarning('another');
    const timestamp = (await subject.ask('GET', '/v2/changes')).body['warning-timestamp'];
    expect(await subject.operate('acknowledge-warnings', { timestamp })).toMatchObject({
      verdict: { kind: 'verified' },
    });
  });

  contract.proves(['client: GET /v2/users', 'read: GET /v2/users'], 'has no users of its own', async (subject) => {
    expect(await subject.client.users.list()).toEqual([]);
    expect(await subject.read('/v2/users')).toEqual([]);
  });

  proveRefused(contract, [
    {
      ...{ row: 'POST /v2/users create', words: NO_USERS },
      ask: (client) => client.users.create({ email: 'a@example.com' }),
    },
    { row: 'POST /v2/users remove', ask: (client) => client.users.remove('nobody'), words: NO_USERS },
    {
      ...{ row: 'POST /v2/create-user in the old form', words: NO_USERS },
      ask: (client) => client.users.createLegacy({ email: 'a@example.com' }),
    },
  ]);

  contract.proves(
    'client: POST /v2/internal/console-conf-start of the console',
    'knows of no refresh the console has to wait for',
    async (subject) => {
      expect(await subject.client.consoleConf.start()).toEqual({});
    },
  );

  contract.shows('behaviour 6: snapctl is for snaps, everything else is not', async (subject) => {
    const denied = { status: 403, message: 'access denied', kind: 'login-required' };
    const json = { 'context-id': 'x', args: ['get', 'a'] };
    expect(await subject.refusal('POST', '/v2/snapctl', { json })).toEqual(denied);
    expect(await subject.refusal('GET', '/v2/systems', {}, 'snap')).toEqual(denied);
    expect(await subject.refusal('GET', '/v2/snapshots', {}, 'snap')).toEqual(denied);
  });

  contract.proves('client: POST /v2/snapctl of a snap', 'answers a snap on its own socket', async (subject) => {
    await subject.change(subject.client.conf.set('lab-hello', { colour: 'red' }));
    const contextId = await subject.backend.cookie('lab-hello');
    const snapctl = new SnapctlClient(subject.road('client', 'snap'));
    expect(await snapctl.run({ contextId, args: ['get', 'colour'] })).toMatchObject({ stdout: 'red\n', stderr: '' });
  });
});
