import { randomUUID } from 'node:crypto';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { TestApi, type Answer } from '../testing/test-api';

let api: TestApi;
let owner: Database;
let token: string;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
  token = await api.session('ann', 'operator');
  await api.publishSigningKey();
  owner = new Database({ url: api.files.url(), connections: 1, onIdleError: () => undefined });
  const hello = (revision: string) => ({ name: 'hello', revision, status: 'active', type: 'app', base: 'core24' });
  await importSet('base', 1, [{ name: 'hello', presence: 'required', revision: '1' }]);
  await importSet('base', 2, [{ name: 'hello', presence: 'required', revision: '2' }]);
  await importSet('foe', 1, [{ name: 'hello', presence: 'invalid' }]);
  for (const serial of ['old-1', 'old-2']) await aDevice(serial, [hello('1')], [enforced('base', 1)]);
  await aDevice('new', [hello('2')], [enforced('base', 2)]);
  for (const serial of ['foe-1', 'foe-2']) await aDevice(serial, [], [enforced('foe', 1)]);
});

afterAll(async () => {
  await owner.close();
  await api.stop();
});

const importSet = (name: string, sequence: number, snaps: object[]): Promise<unknown> =>
  owner.prisma.validationSet.create({
    data: { accountId: 'acme', name, sequence, snaps: snaps as never, timestamp: new Date() },
  });

const enforced = (name: string, sequence: number): object => ({
  ...{ 'account-id': 'acme', name, sequence, 'pinned-at': sequence, mode: 'enforce', valid: true },
});

/** An enrolled device that told what it has. */
async function aDevice(serial: string, snaps: object[], sets: object[]): Promise<void> {
  const [id, enrolmentId] = [randomUUID(), randomUUID()];
  await owner.prisma.device.create({ data: { id, brandId: 'acme', model: 'pc', serial, labels: {}, enrolmentId } });
  await owner.prisma.enrolment.create({
    data: { id: enrolmentId, deviceId: id, publicKey: serial, status: 'active', tokenId: randomUUID() },
  });
  for (const [name, value] of Object.entries({ snaps, 'validation-sets': sets })) {
    const fact = { enrolmentId, name, digest: 'd', value: value as never, journalEpoch: 1, number: 1 };
    await owner.prisma.deviceFact.create({ data: { ...fact, receivedAt: new Date() } });
  }
}

const ask = (path: string, validationSet: object, filter = ''): Promise<Answer> =>
  api.call('POST', path, {
    token,
    body: { name: 'base', does: { validationSet }, filter, waves: [{ percent: 100 }] },
  });

describe('a rollout of a validation set', () => {
  it('is planned for each device, with totals and causes counted', async () => {
    const { status, body } = await ask('/v1/rollouts/plan', { set: 'acme/base', sequence: 'latest', mode: 'enforce' });
    expect(status).toBe(200);
    expect(body['summary']).toEqual({
      ...{ devices: 5, change: 2, nothing: 1, blocked: 2 },
      causes: [
        {
          ...{ verdict: 'blocked', cause: 'conflict', devices: 2 },
          message: 'cannot constrain snap "hello" as both invalid (acme/foe) and required at revision 2 (acme/base)',
        },
      ],
    });
    expect(body['devices']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          serial: 'old-1',
          plan: expect.objectContaining({
            actions: [{ kind: 'refresh', snap: 'hello', from: '1', to: '2' }],
          }) as object,
          steps: [
            { operation: 'enforce-validation-set', parameters: { 'validation-set': 'acme/base=2', refresh: true } },
          ],
          rollback: [
            { operation: 'enforce-validation-set', parameters: { 'validation-set': 'acme/base=1', refresh: true } },
          ],
        }),
      ]),
    );
  });

  it('keeps its resolved sequence, and with each target its own steps and those back', async () => {
    const { status, body } = await ask('/v1/rollouts', { set: 'acme/base', sequence: 'latest', mode: 'enforce' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ does: { validationSet: { set: 'acme/base', sequence: 2 } } });
    const targets = await owner.prisma.rolloutTarget.findMany({ where: { rolloutId: String(body['id']) } });
    const stepsOf = targets.map(({ wave, steps }) => `${wave} ${Array.isArray(steps) ? steps.length : 'none'}`);
    expect(stepsOf.filter((steps) => steps === '1 1')).toHaveLength(2);
    expect(targets.filter(({ wave }) => wave === 0)).toHaveLength(3);
  });

  it.each<[string, object, string, string, string]>([
    ['unknown', { set: 'acme/none', sequence: 1, mode: 'enforce' }, '', 'does.validationSet.set', 'is not imported'],
    [
      'not imported',
      { set: 'acme/base', sequence: 9, mode: 'enforce' },
      '',
      'does.validationSet.sequence',
      'known at 2, 1',
    ],
    ['without a sequence', { set: 'acme/base', mode: 'monitor' }, '', 'does.validationSet.sequence', 'is missing'],
    ['everywhere already', { set: 'acme/base', sequence: 2, mode: 'enforce' }, 'serial=new', 'does', 'there already'],
  ])('of a set that is %s is refused, naming the field', async (_what, wish, filter, field, words) => {
    const { status, body } = await ask('/v1/rollouts', wish, filter);
    expect([status, body.problems?.[0]?.field]).toEqual([400, expect.stringContaining(field)]);
    expect(body.detail).toContain(words);
  });
});
