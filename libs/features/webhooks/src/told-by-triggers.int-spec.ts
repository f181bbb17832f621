import { randomUUID } from 'node:crypto';
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
