import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { TestApi, type Answer } from '../testing/test-api';

let api: TestApi;
let token: string;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
  await api.publishSigningKey();
  token = await api.session('ann', 'operator');
  const admin = await api.session('root', 'admin');
  const { body } = await api.call('POST', '/v1/enrolment-tokens', {
    token: admin,
    body: { name: 'demo', labels: { site: 'berlin' }, maxUses: 10, expiresInSeconds: 600 },
  });
  for (const [serial, key] of Object.entries({ one: 'a', two: 'b' })) {
    expect((await api.enrol(String(body['token']), serial, key)).status).toBe(200);
  }
});

afterAll(() => api.stop());

const send = (act: 'diff' | 'apply', text: string): Promise<Answer> =>
  api.call('POST', `/v1/manifests/${act}`, { token, body: text, headers: { 'content-type': 'application/yaml' } });

const count = async (): Promise<number> =>
  ((await api.call('GET', '/v1/rollouts', { token })).body['items'] as unknown[]).length;

const actions = ({ body }: Answer): unknown[] =>
  (body['changes'] as { kind: string; name: string; action: string }[]).map(
    ({ kind, name, action }) => `${action} ${kind} ${name}`,
  );

const MANIFEST = `
# limits first, the rollout after
kind: Rollout
name: retain-three
spec:
  does:
    steps:
      - operation: set-configuration
        parameters: { snap: system, values: { refresh.retain: 3 } }
  filter: label.site=berlin
  waves: [{ count: 1 }, { percent: 100 }]
---
kind: FleetLimits
name: fleet
spec: { maxInFlight: 400 }
---
kind: SiteLimits
name: berlin
spec: { maxDownloading: 2 }
`;

describe('a manifest', () => {
  it('shows the plan first, is applied, and changes nothing when it is applied again', async () => {
    const diff = await send('diff', MANIFEST);
    expect(diff.status).toBe(200);
    const all = ['FleetLimits fleet', 'SiteLimits berlin', 'Rollout retain-three'];
    expect(actions(diff)).toEqual([`update ${all[0]}`, `create ${all[1]}`, `create ${all[2]}`]);
    expect(diff.body['changes']).toMatchObject([
      { differences: [{ path: 'maxInFlight', from: null, to: 400 }] },
      {},
      { preview: { summary: { devices: 2, change: 2 }, waves: [{ size: 1 }, { size: 1 }] } },
    ]);
    expect(await count()).toBe(0);
    expect(actions(await send('apply', MANIFEST))).toEqual(actions(diff));
    expect(await count()).toBe(1);
    expect(actions(await send('apply', MANIFEST))).toEqual(all.map((one) => `unchanged ${one}`));
    expect(await count()).toBe(1);
  });

  it('adjusts the bounds of a rollout that runs, and refuses to change what it does', async () => {
    await send('apply', MANIFEST);
    const wider = MANIFEST.replace('  filter:', '  limits: { maxInFlight: 7 }\n  filter:');
    const adjusted = await send('apply', wider);
    expect(adjusted.text).toContain('changes');
    expect(adjusted.body['changes']).toMatchObject([
      { action: 'unchanged' },
      { action: 'unchanged' },
      { action: 'update', differences: [{ path: 'limits.maxInFlight', from: 500, to: 7 }] },
    ]);
    const { body } = await api.call('GET', '/v1/rollouts', { token });
    expect(body['items']).toMatchObject([{ name: 'retain-three', limits: { maxInFlight: 7 } }]);
    const other = await send('apply', wider.replace('refresh.retain: 3', 'refresh.retain: 4'));
    expect(other.status).toBe(400);
    expect(other.body).toMatchObject({
      problems: [
        {
          field: 'documents.0.spec.does.steps.0.parameters.values.refresh.retain',
          message: expect.stringMatching(/^cannot change: rollout "retain-three" is running; give the new one a name/),
        },
      ],
    });
  });

  it('makes a group and what names it at once', async () => {
    const pilots = (filter: string) => `
kind: Rollout
name: for-pilots
spec:
  does: { steps: [{ operation: refresh, parameters: { snaps: [core22] } }] }
  filter: group=pilots
  waves: [{ percent: 100 }]
---
kind: Group
name: pilots
spec: { filter: '${filter}' }
`;
    expect((await send('diff', pilots('serial=one'))).body['changes']).toMatchObject([
      { kind: 'Group', action: 'create' },
      { kind: 'Rollout', preview: { checkedWhenApplied: '"group=pilots" names what this manifest makes' } },
    ]);
    expect((await send('apply', pilots('serial=one'))).status).toBe(200);
    expect(actions(await send('apply', pilots('serial=two')))).toEqual([
      'update Group pilots',
      'unchanged Rollout for-pilots',
    ]);
    const itself = await send('apply', pilots('group=pilots'));
    expect(itself.body.problems).toMatchObject([{ field: 'documents.1.spec.filter' }]);
  });

  it('makes a schedule, and changes it by what differs', async () => {
    const nightly = (cron: string, enabled: boolean) => `
kind: Schedule
name: nightly
spec:
  cron: '${cron}'
  timeZone: Europe/Berlin
  enabled: ${enabled}
  rollout:
    name: nightly refresh
    does: { steps: [{ operation: refresh, parameters: { snaps: [core22] } }] }
    waves: [{ percent: 100 }]
`;
    expect(actions(await send('apply', nightly('0 3 * * *', true)))).toEqual(['create Schedule nightly']);
    expect(actions(await send('apply', nightly('0 3 * * *', true)))).toEqual(['unchanged Schedule nightly']);
    const changed = await send('apply', nightly('0 4 * * *', false));
    expect(changed.body['changes']).toMatchObject([
      {
        differences: [
          { path: 'cron', from: '0 3 * * *', to: '0 4 * * *' },
          { path: 'enabled', from: true, to: false },
        ],
      },
    ]);
    const { body } = await api.call('GET', '/v1/schedules', { token });
    expect(body['items']).toMatchObject([{ name: 'nightly', cron: '0 4 * * *', enabled: false, nextAt: null }]);
    const never = await send('apply', nightly('0 3 31 2 *', true));
    expect(never.body.problems).toMatchObject([{ field: 'documents.0.spec.cron' }]);
  });

  it('makes a recovery policy, and changes it by what differs', async () => {
    const weekly = (keep: number, label = 'fleet-{date}') => `
kind: RecoveryPolicy
name: weekly
spec:
  cron: '0 3 * * 0'
  filter: label.site=berlin
  system: { label: '${label}', keep: ${keep} }
  rollout: { limits: { maxInFlight: 5 } }
`;
    expect(actions(await send('apply', weekly(2)))).toEqual(['create RecoveryPolicy weekly']);
    expect(actions(await send('apply', weekly(2)))).toEqual(['unchanged RecoveryPolicy weekly']);
    const changed = await send('apply', weekly(3));
    expect(changed.body['changes']).toMatchObject([{ differences: [{ path: 'system.keep', from: 2, to: 3 }] }]);
    const { body } = await api.call('GET', '/v1/recovery-policies', { token });
    expect(body['items']).toMatchObject([{ name: 'weekly', system: { keep: 3 }, author: 'ann' }]);
    const bad = await send('diff', weekly(3, 'Fleet'));
    expect(bad.body.problems).toMatchObject([{ field: 'documents.0.spec.system.label' }]);
  });

  it.each([
    ['what is no YAML, with its place', 'kind: [', /line 1, column/],
    ['nothing', '# nothing', /expected array|too small|>=1/i],
    ['a kind there is not', 'kind: Rolout\nname: x\nspec: {}', /unknown kind "Rolout" \(use FleetLimits/],
    ['a member there is not', 'kind: FleetLimits\nname: fleet\nspec: { maxInFlight: 1, most: 2 }', /most/],
    [
      'a rollout that no device would get',
      MANIFEST.replace('site=berlin', 'site=nowhere').replace('retain-three', 'nobody'),
      /no enrolled device matches/,
    ],
  ])('refuses %s', async (_what, text, words) => {
    const before = await count();
    const answer = await send('apply', text);
    expect([answer.status, answer.body.problems?.map(({ message }) => message).join()]).toEqual([
      400,
      expect.stringMatching(words),
    ]);
    expect(await count()).toBe(before);
  });

  it('is for operators', async () => {
    const viewer = await api.session('eve', 'viewer');
    const body = { documents: [{ kind: 'FleetLimits', name: 'fleet', spec: {} }] };
    expect((await api.call('POST', '/v1/manifests/apply', { token: viewer, body })).status).toBe(403);
  });
});
