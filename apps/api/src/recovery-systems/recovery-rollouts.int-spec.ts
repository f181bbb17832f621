import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { TestApi, type Answer } from '../testing/test-api';
import { ReportingDevices, runs } from './testing/reporting-devices';

let api: TestApi;
let ann: string;
let devices: ReportingDevices;

beforeAll(async () => {
  const store = await createTestDatabase();
  api = await TestApi.start(store, testRedis());
  ann = await api.session('ann', 'operator');
  devices = new ReportingDevices(store);
  for (const sequence of [1, 2, 3]) await devices.imported('acme', 'base', sequence);
  await devices.markedBad('acme', 'base', 3);
});

afterAll(async () => {
  await devices.close();
  await api.stop();
});

const ask = (site: string, wish: object, path = '/plan'): Promise<Answer> => {
  const does = { recoverySystem: { label: 'fleet-{date}', ...wish } };
  const body = { name: 'recovery', does, filter: `label.site=${site}`, waves: [{ percent: 100 }] };
  return api.call('POST', `/v1/rollouts${path}`, { token: ann, body });
};

describe('a rollout of recovery systems', () => {
  it('has for each device its own steps: to create one and to prune, or why not', async () => {
    const [first, second, classic] = [
      await devices.aDevice('mixed'),
      await devices.aDevice('mixed'),
      await devices.aDevice('mixed'),
    ];
    for (const device of [first, second]) await devices.says(device, runs(1, '5'));
    for (const label of ['a', 'b']) await devices.made(second, label);
    await devices.says(second, runs(1, '5', 'a', 'b'));
    await devices.says(classic, {
      ...runs(1, '5'),
      'system-info': { version: '2.77', 'on-classic': true },
      systems: [],
    });
    const wish = { validationSets: ['acme/base'], label: '{set}-{sequence}', keep: 1, makeDefault: false };
    const plan = await ask('mixed', wish);
    expect(plan.body).toMatchObject({
      summary: {
        devices: 3,
        change: 2,
        blocked: 1,
        causes: expect.arrayContaining([expect.objectContaining({ cause: 'classic' })]),
      },
    });
    const create = {
      operation: 'create-recovery-system',
      parameters: {
        ...{ label: 'base-2', 'validation-sets': ['acme/base=2'], 'test-system': true, 'mark-default': false },
      },
    };
    const remove = (label: string) => ({ operation: 'remove-recovery-system', parameters: { label } });
    const steps = Object.fromEntries(
      (plan.body['devices'] as { deviceId: string; steps: object[]; rollback: object[] }[]).map((device) => [
        device.deviceId,
        [device.steps, device.rollback],
      ]),
    );
    expect(steps).toMatchObject({
      [first.deviceId]: [[create], [remove('base-2')]],
      [second.deviceId]: [[create, remove('a'), remove('b')], [remove('base-2')]],
    });
    const made = await ask('mixed', wish, '');
    expect(made).toMatchObject({
      status: 201,
      body: { does: { recoverySystem: { validationSets: ['acme/base=2'] } }, targetCount: 3, plan: { change: 2 } },
    });
  });

  it('is made of uploaded files, which stay for as long as it needs them', async () => {
    const device = await devices.aDevice('files');
    await devices.says(device, runs(1, '5'));
    const upload = await fetch(`${api.running.url}/v1/artifacts?name=core24_6.snap`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ann}`, 'content-type': 'application/octet-stream' },
      body: 'not really a snap',
    });
    const { sha256, size, name } = (await upload.json()) as { sha256: string; size: number; name: string };
    const made = await ask('files', { snaps: [{ sha256, size, name }] }, '');
    expect(made.status).toBe(201);
    const where = { rolloutId_deviceId: { rolloutId: String(made.body['id']), deviceId: device.deviceId } };
    const { steps } = await devices.owner.prisma.rolloutTarget.findUniqueOrThrow({ where });
    expect(steps).toMatchObject([{ parameters: { snaps: [{ sha256, size, name }] } }]);
    const removed = await api.call('DELETE', `/v1/artifacts/${sha256}`, { token: ann });
    expect(removed).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('rollout "recovery" needs it') },
    });
  });

  it('leaves out who is fresh when asked to', async () => {
    const device = await devices.aDevice('fresh');
    await devices.says(device, runs(1, '5'));
    await devices.made(device, 'ours');
    await devices.says(device, runs(1, '5', 'ours'));
    expect((await ask('fresh', { makeDefault: false })).body).toMatchObject({ summary: { change: 1 } });
    expect(await ask('fresh', { makeDefault: false, unlessFresh: true })).toMatchObject({
      status: 400,
      body: { problems: [{ field: 'does.recoverySystem', message: expect.stringContaining('1 are there already') }] },
    });
  });

  it.each<[object, string, string]>([
    [{ label: 'Fleet' }, 'label', 'no label'],
    [{ validationSets: ['acme'] }, 'validationSets.0', 'expected a single account/name'],
    [{ validationSets: ['acme/base', 'acme/base=1'] }, 'validationSets.1', 'a second time'],
    [{ validationSets: ['acme/base=9'] }, 'validationSets.0', 'not imported'],
    [{ validationSets: ['acme/none'] }, 'validationSets.0', 'not imported'],
    [{ validationSets: ['acme/base=3'] }, 'validationSets.0', 'is marked bad by ann: bricks'],
    [{ snaps: [{ sha256: 'a'.repeat(64), size: 1, name: 'pc_1.snap' }] }, 'snaps.0', ''],
  ])('is refused with %j: %s', async (wish, field, message) => {
    expect(await ask('mixed', wish)).toMatchObject({
      status: 400,
      body: { problems: [{ field: `does.recoverySystem.${field}`, message: expect.stringContaining(message) }] },
    });
  });
});
