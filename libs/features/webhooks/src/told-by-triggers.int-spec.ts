import { randomUUID } from 'node:crypto';
import { plansOfTriggers } from '@corefleet/testing/postgres';
import { ADA, WebhookStand } from './testing/webhook-stand';

let stand: WebhookStand;

beforeAll(async () => {
  stand = await WebhookStand.start();
});

afterEach(() => stand.clear());

afterAll(() => stand.stop());

/** An index is taken where there is one: `whole` counts the reads of a whole table, and of an id that is none there is nothing to look up. */
describe('an act', () => {
  it.each([
    ['rollout.pause', 'rollout', 'rollouts'],
    ['device.revoke', 'device', 'devices'],
  ])('%s is told without reading all that could be its subject', async (action, kind, table) => {
    const { id: webhookId } = await stand.hook(await stand.startReceiver());
    const scans = await stand.api.transaction(async (tx) => {
      await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
      for (const id of [randomUUID(), 'no-id']) {
        await stand.audit.record(tx, { actor: ADA, action, subject: { kind, id }, remark: 'why', details: {} });
      }
      return tx.$queryRaw`
        SELECT seq_scan::integer AS whole, idx_scan::integer AS found FROM pg_stat_xact_user_tables WHERE relname = ${table}`;
    });
    expect(scans).toEqual([{ whole: 0, found: 1 }]);
    expect(await stand.log(webhookId)).toHaveLength(2);
  });
});

describe('the end of a command', () => {
  const command = (id: string, operation: string) => stand.owner.prisma.$executeRaw`
    INSERT INTO commands (id, device_id, enrolment_id, operation, parameters, status, requested_by, audit_id, deadline_seconds,
                          valid_until, change_ids)
    VALUES (${id}::uuid, gen_random_uuid(), gen_random_uuid(), ${operation}, '{}', 'signed', 'ada', 1, 60, now(), '{}')`;

  const move = (to: string) => stand.owner.prisma.$executeRawUnsafe(`UPDATE commands SET ${to}`);

  it('is told once, and what came after it once more', async () => {
    const [id, read] = [randomUUID(), randomUUID()];
    const { id: webhookId } = await stand.hook(await stand.startReceiver());
    await command(id, 'refresh');
    await command(read, 'read-log');
    await move(`status = 'running'`);
    await move(`status = 'lost', finished_at = now()`);
    await move(`message = 'nobody heard'`);
    await move(`late_status = 'succeeded'`);
    await move(`message = 'somebody heard'`);
    const told = (await stand.log(webhookId)).map(({ type, data }) => [type, data]);
    expect(told.reverse()).toMatchObject([
      ['command.finished', { status: 'lost', subject: { id, name: 'refresh' } }],
      ['command.finished-late', { status: 'succeeded', subject: { id, name: 'refresh' } }],
    ]);
  });

  it('is found without a join of the rows before and after', async () => {
    await stand.hook(await stand.startReceiver());
    const id = randomUUID();
    await command(id, 'refresh');
    const ends = `UPDATE commands SET status = 'lost', finished_at = now() WHERE id = '${id}'`;
    const plans = await plansOfTriggers(stand.ownerUrl, ends);
    expect(plans.filter((plan) => plan.includes('webhook_deliveries'))).toHaveLength(1);
    for (const plan of plans) expect(plan).not.toContain('= was.id');
  });
});
