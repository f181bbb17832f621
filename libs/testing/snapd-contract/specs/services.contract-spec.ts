import type { Change } from '@corefleet/snapd-client';
import { describeContract } from '../contract';
import type { Subject } from '../subjects/subject';

const SVC = { snap: 'lab-hello', name: 'svc', daemon: 'simple', 'daemon-scope': 'system' };
const svc = async (subject: Subject): Promise<unknown> =>
  (await subject.client.apps.list({ names: ['lab-hello.svc'] }))[0];

/** A change of services names its snap nowhere but in its task. */
function expectServiceChange(change: Change, summary: string): void {
  expect(change).toMatchObject({ kind: 'service-control', summary: 'Running service command', status: 'Done' });
  expect(change).not.toHaveProperty('data');
  expect(change.tasks).toMatchObject([
    { kind: 'service-control', summary, status: 'Done', data: { 'affected-snaps': ['lab-hello'] } },
  ]);
}

describeContract('apps and services', (contract) => {
  contract.proves(['client: GET /v2/apps', 'read: GET /v2/apps'], 'lists apps and services', async (subject) => {
    const apps = await subject.client.apps.list({ names: ['lab-hello'] });
    expect(apps.map(({ name }) => name)).toEqual(['hello', 'once', 'svc', 'tick']);
    expect(apps[0]).toEqual({ snap: 'lab-hello', name: 'hello' });
    expect(apps[2]).toEqual({ ...SVC, enabled: true, active: true });
    const services = await subject.client.apps.list({ select: 'service' });
    expect(services.map(({ name }) => name)).toEqual(['once', 'svc', 'tick']);
    expect(await subject.read('/v2/apps?select=service')).toEqual(services);
  });

  contract.proves('raw: GET /v2/apps', 'shows a timer, with keys of two spellings since 2.7x', async (subject) => {
    const { body } = await subject.ask('GET', '/v2/apps?names=lab-hello.tick');
    const old = { Name: 'tick', Type: 'timer', Active: true, Enabled: true };
    const activator = subject.minor >= 75 ? { name: 'tick', type: 'timer', active: true, enabled: true, ...old } : old;
    expect(body.result).toEqual([
      {
        snap: 'lab-hello',
        name: 'tick',
        daemon: 'oneshot',
        'daemon-scope': 'system',
        enabled: true,
        activators: [activator],
      },
    ]);
  });

  const refusals: [string, object][] = [
    ['/v2/apps?names=nope', { status: 404, message: 'snap "nope" not found', kind: 'snap-not-found', value: 'nope' }],
    [
      '/v2/apps?names=lab-hello.nope',
      { status: 404, message: 'snap "lab-hello" has no app "nope"', kind: 'app-not-found' },
    ],
    ['/v2/apps?select=nope', { status: 400, message: 'invalid select parameter: "nope"' }],
    ['/v2/apps?global=nope', { status: 400, message: 'invalid global parameter: "nope"' }],
  ];
  for (const [path, refusal] of refusals)
    contract.proves('raw: GET /v2/apps', `refuses ${path}`, async (subject) => {
      expect(await subject.refusal('GET', path)).toEqual(refusal);
    });

  contract.proves('client: POST /v2/apps stop', 'stops a service, and no longer starts it at boot', async (subject) => {
    const stop = { action: 'stop', names: ['lab-hello.svc'] } as const;
    const stopped = await subject.change(subject.client.apps.act({ ...stop, names: [...stop.names] }));
    expectServiceChange(stopped, 'Run service command "stop" for services ["svc"] of snap "lab-hello"');
    expect(await svc(subject)).toEqual({ ...SVC, enabled: true });
    await subject.change(subject.client.apps.act({ action: 'stop', names: ['lab-hello.svc'], disable: true }));
    expect(await svc(subject)).toEqual(SVC);
  });

  contract.proves('client: POST /v2/apps start', 'starts a service, also at boot', async (subject) => {
    const names = ['lab-hello.svc'];
    const started = await subject.change(subject.client.apps.act({ action: 'start', names, enable: true }));
    expectServiceChange(started, 'Run service command "start" for services ["svc"] of snap "lab-hello"');
    expect(await svc(subject)).toEqual({ ...SVC, enabled: true, active: true });
  });

  contract.proves('client: POST /v2/apps restart', 'restarts what runs of a snap', async (subject) => {
    const restarted = await subject.change(
      subject.client.apps.act({ action: 'restart', names: ['lab-hello'], reload: true }),
    );
    expectServiceChange(restarted, 'Run service command "reload-or-restart" for running services of snap "lab-hello"');
    expect(await svc(subject)).toEqual({ ...SVC, enabled: true, active: true });
  });

  contract.proves(
    ['operation: POST /v2/apps stop', 'operation: POST /v2/apps start', 'operation: POST /v2/apps restart'],
    'controls services through the catalogue',
    async (subject) => {
      for (const [action, active] of [
        ['stop', undefined],
        ['start', true],
        ['restart', true],
      ] as const) {
        const operated = await subject.operate('service-control', { action, names: ['lab-hello.svc'] });
        expect(operated).toMatchObject({ change: { status: 'Done' }, verdict: { kind: 'verified' } });
        expect(await svc(subject)).toEqual({ ...SVC, enabled: true, ...(active && { active }) });
      }
    },
  );

  const posts: [object, object][] = [
    [
      { action: 'start', names: ['nope'] },
      { status: 404, message: 'snap "nope" not found', kind: 'snap-not-found', value: 'nope' },
    ],
    [
      { action: 'start', names: [] },
      { status: 400, message: 'cannot perform operation on services without a list of services to operate on' },
    ],
    [
      { action: 'nope', names: ['lab-hello'] },
      { status: 400, message: 'unknown action "nope"' },
    ],
    [
      { action: 'start', names: ['lab-hello.hello'] },
      { status: 404, message: 'snap "lab-hello" has no service "hello"', kind: 'app-not-found' },
    ],
  ];
  for (const [json, refusal] of posts)
    contract.shows(`refuses ${JSON.stringify(json)}`, async (subject) => {
      expect(await subject.refusal('POST', '/v2/apps', { json })).toEqual(refusal);
    });

  contract.shows('refuses to control services of a busy snap, with neither 409 nor a kind', async (subject) => {
    const { changeId } = await subject.client.conf.set('lab-hello', { sleep: 1 });
    const json = { action: 'restart', names: ['lab-hello.svc'] };
    expect(await subject.refusal('POST', '/v2/apps', { json })).toEqual({
      ...{ status: 400, message: 'snap "lab-hello" has "configure-snap" change in progress' },
    });
    await subject.ended(changeId);
  });
});

describeContract('logs', (contract) => {
  contract.proves('client: GET /v2/logs', 'reads the last lines of services', async (subject) => {
    const lines = [];
    for await (const line of subject.client.logs.read({ names: ['lab-hello.svc'], n: 2 })) lines.push(line);
    expect(lines).toHaveLength(2);
    for (const line of lines)
      expect(line).toEqual({
        ...{ sid: 'lab-hello.svc', pid: expect.stringMatching(/^\d+$/), message: expect.any(String) },
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      });
  });

  contract.proves('read: GET /v2/logs', 'reads them through the catalogue', async (subject) => {
    const lines = (await subject.read('/v2/logs?names=lab-hello.svc&n=2')) as unknown[];
    expect(lines).toMatchObject([{ sid: 'lab-hello.svc' }, { sid: 'lab-hello.svc' }]);
  });

  contract.proves('raw: GET /v2/logs', 'answers a sequence of JSON records', async (subject) => {
    const { headers, text } = await subject.ask('GET', '/v2/logs?names=lab-hello.svc&n=2');
    expect(headers['content-type']).toBe('application/json-seq');
    const records = text.split('\u001e');
    expect(records).toHaveLength(3);
    for (const record of records.slice(1)) {
      expect(record).toMatch(/^\{"timestamp":"[^"]+","message":"[^"]*","sid":"lab-hello.svc","pid":"\d+"\}\n$/);
    }
  });

  const refusals: [string, object][] = [
    ['names=nope', { status: 404, message: 'snap "nope" not found', kind: 'snap-not-found', value: 'nope' }],
    [
      'names=lab-hello.hello',
      { status: 404, message: 'snap "lab-hello" has no service "hello"', kind: 'app-not-found' },
    ],
    ['n=x', { status: 400, message: 'invalid value for n: "x": strconv.ParseInt: parsing "x": invalid syntax' }],
    [
      'follow=x',
      { status: 400, message: 'invalid value for follow: "x": strconv.ParseBool: parsing "x": invalid syntax' },
    ],
  ];
  for (const [query, refusal] of refusals)
    contract.proves('raw: GET /v2/logs', `refuses ${query}`, async (subject) => {
      expect(await subject.refusal('GET', `/v2/logs?${query}`)).toEqual(refusal);
    });

  contract.proves('raw: GET /v2/logs', 'takes zero lines for none, and since 2.7x for wrong', async (subject) => {
    const path = '/v2/logs?names=lab-hello.svc&n=0';
    if (subject.minor < 75) expect((await subject.ask('GET', path)).text).toBe('');
    else expect(await subject.refusal('GET', path)).toEqual({ status: 400, message: 'invalid value for n: 0' });
  });

  contract.proves('client: GET /v2/logs follow', 'follows a service until it is left', async (subject) => {
    const lines = [];
    for await (const line of subject.client.logs.read({ names: ['lab-hello.svc'], n: 1, follow: true })) {
      lines.push(line);
      if (lines.length === 2) break;
    }
    expect(lines).toMatchObject([{ sid: 'lab-hello.svc' }, { sid: 'lab-hello.svc' }]);
  });
});
