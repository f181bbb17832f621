import { signCommands } from '@corefleet/features/commands';
import { RolloutStand } from './testing/rollout-stand';

let stand: RolloutStand;

beforeAll(async () => {
  stand = await RolloutStand.open();
});
afterEach(() => stand.expectCountsTrue());
afterAll(() => stand.close());

/** A rollout that asks first. */
async function asking(devices: readonly string[]): Promise<string> {
  const id = await stand.aRollout({ more: { precheck: true } }, devices);
  await stand.owner.prisma.rolloutTarget.updateMany({ where: { rolloutId: id }, data: { phase: 'precheck' } });
  const counts = { 'precheck:pending': devices.length };
  await stand.owner.prisma.wave.updateMany({ where: { rolloutId: id }, data: { counts } });
  return id;
}

/** The device's open command ends so. */
async function answers(rolloutId: string, deviceId: string, data: object): Promise<void> {
  const finishedAt = stand.clock.now();
  await stand.owner.prisma.command.updateMany({
    where: { rolloutId, deviceId, finishedAt: null },
    data: { finishedAt, ...data },
  });
}

const stateOf = async (id: string, deviceId: string): Promise<unknown> => {
  const { phase, state, cause } = (await stand.targets(id)).find((target) => target.deviceId === deviceId)!;
  return [phase, state, cause];
};

describe('a rollout that asks devices first', () => {
  it('begins once they have answered, without those that are away, and asks these when they are back', async () => {
    const [ready, busy, away] = (await stand.devices(3)) as [string, string, string];
    await stand.away([away]);
    const id = await asking([ready, busy, away]);
    await stand.reconcile(id);
    expect(await stand.seen(id)).toMatchObject({
      reason: 'asks 2 devices whether they could',
      waves: [['pending', { 'precheck:offered': 2, 'precheck:away': 1 }]],
    });
    const asked = await stand.owner.prisma.command.findMany({ where: { rolloutId: id } });
    const signer = { keyId: 'k', sign: () => 'signature' };
    await signCommands(
      stand.connect('corefleet_signer'),
      signer,
      asked.map((command) => command.id),
      stand.clock.now(),
    );
    const signed = await stand.owner.prisma.command.findMany({ where: { rolloutId: id } });
    expect(signed.map(({ operation, phase, status }) => [operation, phase, status])).toEqual(
      Array.from({ length: 2 }, () => ['read-changes', 'precheck', 'signed']),
    );
    await answers(id, busy, { status: 'succeeded', result: [{ kind: 'refresh-snap', ready: false, status: 'Doing' }] });
    await answers(id, ready, { status: 'succeeded', result: [] });
    await stand.reconcile(id);
    expect(await stand.seen(id)).toMatchObject({
      waves: [['running', { offered: 1, 'precheck:waiting': 1, 'precheck:away': 1 }]],
    });
    expect(await stateOf(id, busy)).toEqual(['precheck', 'waiting', 'precheck']);
    await answers(id, ready, { status: 'succeeded' });
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves[0]![0]).toBe('passed');
    stand.clock.pass(600);
    await stand.heard([busy, away]);
    await stand.reconcilers[0]!.noteArrivals();
    await stand.reconcile(id);
    for (const device of [busy, away]) await answers(id, device, { status: 'succeeded', result: [] });
    await stand.reconcile(id);
    expect((await stand.seen(id)).waves).toEqual([['passed', { succeeded: 1, offered: 2 }]]);
    await stand.move(id, 'succeeded');
    await stand.reconcile(id);
    expect(await stand.seen(id)).toMatchObject({ status: 'finished', waves: [['passed', { succeeded: 3 }]] });
  });

  it('leaves out a device whose store has no such set', async () => {
    const [device] = (await stand.devices(1)) as [string];
    const id = await asking([device]);
    const does = { validationSet: { set: 'acme/base', sequence: 3, mode: 'enforce' } };
    await stand.owner.prisma.rollout.update({ where: { id }, data: { does } });
    await stand.reconcile(id);
    await answers(id, device, { status: 'succeeded', result: [] });
    await stand.reconcile(id);
    await answers(id, device, { status: 'failed', snapdKind: 'validation-set-not-found', message: 'not found' });
    await stand.reconcile(id);
    expect(await stateOf(id, device)).toEqual(['precheck', 'skipped', 'precheck:set-not-in-store']);
    expect(await stand.seen(id)).toMatchObject({
      status: 'paused',
      reason: 'cannot judge wave 1: its one device was not reached',
    });
  });
});
