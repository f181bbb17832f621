import { randomUUID } from 'node:crypto';
import { signCommands } from '@corefleet/features/commands';
import { RolloutStand } from './testing/rollout-stand';

let stand: RolloutStand;

beforeAll(async () => {
  stand = await RolloutStand.open();
});
afterAll(() => stand.close());

const HOLD = { operation: 'hold', parameters: { snaps: ['app'], time: 'forever', 'hold-level': 'general' } };
const UNHOLD = { operation: 'unhold', parameters: { snaps: ['app'] } };
const REFRESH = { operation: 'refresh', parameters: { snaps: ['app'] } };

/** Has the signer sign them, under its own role. @returns how each of them is, with the refusal */
async function sign(ids: readonly string[]): Promise<string[]> {
  const signer = { keyId: 'k', sign: () => 'signature' };
  await signCommands(stand.connect('corefleet_signer'), signer, ids, stand.clock.now());
  const rows = await stand.owner.prisma.command.findMany({ where: { id: { in: [...ids] } } });
  const said = new Map(rows.map(({ id, status, message }) => [id, message ? `${status}: ${message}` : status]));
  return ids.map((id) => said.get(id)!);
}

const commandIds = async (rolloutId: string, phase = 'apply'): Promise<string[]> => {
  const rows = await stand.owner.prisma.command.findMany({
    where: { rolloutId, phase, status: 'queued' },
    orderBy: { step: 'asc' },
  });
  return rows.map(({ id }) => id);
};

/** A rollout of one device whose first command waits for its signature. */
async function aRollout(of: object = {}): Promise<{ id: string; deviceId: string; commandId: string }> {
  const id = await stand.aRollout({ steps: [HOLD], ...of });
  await stand.reconcile(id);
  const [target] = await stand.targets(id);
  return { id, deviceId: target!.deviceId, commandId: target!.commandId! };
}

/** What a stolen worker can write: its own columns of commands and targets. */
const asWorker = (text: string, values: unknown[]): Promise<unknown> =>
  stand.connect('corefleet_worker').pool.query(text, values);

/** A command like the one of the target, but for what is given; the target then names it. @returns its id */
async function invent(commandId: string, over: Record<string, unknown>): Promise<string> {
  const row = await stand.owner.prisma.command.findUniqueOrThrow({ where: { id: commandId } });
  const id = randomUUID();
  const made = { ...row, ...over };
  await asWorker(
    `INSERT INTO commands (id, device_id, enrolment_id, rollout_id, operation, parameters, status, requested_by, audit_id, created_at,
                           deadline_seconds, valid_until, change_ids, phase, attempt, step)
     VALUES ($1, $2, $3, $4, $5, $6, 'queued', 'ann', $7, $8, 60, $9, '{}', $10, 1, $11)`,
    [
      ...[id, made.deviceId, made.enrolmentId, made.rolloutId, made.operation, made.parameters, made.auditId],
      ...[made.createdAt, made.validUntil, made.phase, made.step],
    ],
  );
  await asWorker(`UPDATE rollout_targets SET command_id = $1 WHERE rollout_id = $2 AND device_id = $3`, [
    ...[id, row.rolloutId, row.deviceId],
  ]);
  return id;
}

describe('the signer', () => {
  it('signs the steps of a target, and its own before those of its rollout', async () => {
    const shared = await aRollout();
    const own = await stand.aRollout({ steps: [REFRESH] });
    await stand.owner.prisma.rolloutTarget.updateMany({ where: { rolloutId: own }, data: { steps: [HOLD, UNHOLD] } });
    await stand.reconcile(own);
    expect(await sign([shared.commandId, ...(await commandIds(own))])).toEqual(['signed', 'signed']);
    await stand.move(own, 'succeeded');
    await stand.reconcile(own);
    const [second] = await stand.owner.prisma.command.findMany({ where: { rolloutId: own, step: 1 } });
    expect(second).toMatchObject(UNHOLD);
    expect(await sign([second!.id])).toEqual(['signed']);
  });

  it.each([
    ['another operation', REFRESH, /another operation/],
    ['other parameters', { parameters: { ...HOLD.parameters, snaps: ['other'] } }, /other parameters/],
    ['a step that there is not', { step: 1 }, /another operation/],
    ['the way back of a device that has none', { phase: 'rollback', ...UNHOLD }, /another operation/],
    ['a command that leans on another request', { auditId: 1n }, /no authorised request/],
  ])('refuses %s', async (_, over, refusal) => {
    const { commandId } = await aRollout();
    const [said] = await sign([await invent(commandId, over)]);
    expect(said).toMatch(/^rejected: cannot sign: /);
    expect(said).toMatch(refusal);
  });

  it('refuses what no person has started, whatever the worker makes of the status', async () => {
    const { id, commandId } = await aRollout({ more: { status: 'draft', released: false } });
    expect(commandId).toBeNull();
    await asWorker(`UPDATE rollouts SET status = 'running' WHERE id = $1`, [id]);
    await stand.reconcile(id);
    expect(await sign(await commandIds(id))).toEqual([
      'rejected: cannot sign: nobody has started the rollout, or somebody has stopped it',
    ]);
    await expect(asWorker(`UPDATE rollouts SET released = true WHERE id = $1`, [id])).rejects.toThrow(
      /permission denied/,
    );
  });

  it('refuses what its target does not name, and a device that is not meant', async () => {
    const { commandId } = await aRollout();
    const named = await invent(commandId, {});
    const [other] = await stand.devices(1);
    const { enrolmentId } = await stand.owner.prisma.device.findUniqueOrThrow({ where: { id: other! } });
    const elsewhere = await invent(commandId, { deviceId: other, enrolmentId });
    expect(await sign([commandId, named, elsewhere])).toEqual([
      ...Array.from({ length: 3 }, () => 'rejected: cannot sign: the request was not for this command'),
    ]);
  });

  it('signs an approved plan once enough people but its author have approved just that one', async () => {
    const more = { more: { approvalsNeeded: 2 } };
    const say = (rolloutId: string, personId: string, over: object = {}): Promise<unknown> =>
      stand.owner.prisma.rolloutApproval.create({
        data: {
          ...{ id: randomUUID(), rolloutId, personId, personName: personId, planDigest: 'd', decision: 'approve' },
          ...{ at: stand.clock.now(), ...over },
        },
      });
    const [approved, alone, old, rejected] = [
      await aRollout(more),
      await aRollout(more),
      await aRollout(more),
      await aRollout(more),
    ];
    await Promise.all(['bob', 'eve'].map((person) => say(approved.id, person)));
    await Promise.all(['bob', 'p'].map((person) => say(alone.id, person))); // p is the author
    await Promise.all([say(old.id, 'bob'), say(old.id, 'eve', { planDigest: 'of the plan before' })]);
    await Promise.all(['bob', 'eve'].map((person) => say(rejected.id, person)).concat(say(rejected.id, 'joe', { decision: 'reject' }))); // prettier-ignore
    expect(await sign([approved, alone, old, rejected].map(({ commandId }) => commandId))).toEqual([
      'signed',
      'rejected: cannot sign: 1 of 2 approvals of the plan are missing',
      'rejected: cannot sign: 1 of 2 approvals of the plan are missing',
      'rejected: cannot sign: somebody rejected the plan',
    ]);
  });

  it('signs nothing of a plan that its author has rejected, also when it needs no approval', async () => {
    const { id, commandId } = await aRollout();
    await stand.owner.prisma.rolloutApproval.create({
      data: {
        ...{ id: randomUUID(), rolloutId: id, personId: 'p', personName: 'p', planDigest: 'd', decision: 'reject' },
        at: stand.clock.now(),
      },
    });
    expect(await sign([commandId])).toEqual(['rejected: cannot sign: somebody rejected the plan']);
  });

  it('signs on the way back what the device said takes its command back, and no other undo', async () => {
    const back = async (undo: object[]): Promise<{ id: string; ids: string[] }> => {
      const { id } = await aRollout();
      await stand.move(id, 'succeeded', { undo });
      await stand.reconcile(id);
      await stand.owner.prisma.rollout.update({ where: { id }, data: { status: 'rolling-back', finishedAt: null } });
      await stand.reconcile(id);
      return { id, ids: await commandIds(id, 'rollback') };
    };
    const own = await back([UNHOLD]);
    // What the catalogue does not let take a hold back is not signed, whatever a device says.
    const foreign = await back([REFRESH]);
    expect(await sign([...own.ids, ...foreign.ids])).toEqual([
      'signed',
      'rejected: cannot sign: the request was for another operation',
    ]);
    const [given] = own.ids;
    const changed = await invent(given!, { parameters: { snaps: ['other'] } });
    expect(await sign([changed])).toEqual(['rejected: cannot sign: the request was for another operation']);
  });

  it("signs the way back that was planned, and not the device's own", async () => {
    const { id, commandId } = await aRollout();
    const planned = [{ operation: 'unhold', parameters: { snaps: ['app', 'tool'] } }];
    await stand.owner.prisma.rolloutTarget.updateMany({ where: { rolloutId: id }, data: { rollback: planned } });
    await stand.move(id, 'succeeded', { undo: [UNHOLD] });
    const own = await invent(commandId, { phase: 'rollback', ...UNHOLD });
    const [said] = await sign([own]);
    expect(said).toBe('rejected: cannot sign: the request was for other parameters');
    expect(await sign([await invent(commandId, { phase: 'rollback', ...planned[0] })])).toEqual(['signed']);
  });
});
