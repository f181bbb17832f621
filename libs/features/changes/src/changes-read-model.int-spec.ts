import { randomUUID } from 'node:crypto';
import type { Database } from '@corefleet/platform/database';
import { InvalidRequestError } from '@corefleet/platform/errors';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { ChangesIngest, ChangesReadModel } from './index';
import { aChange, anEnrolment, connect } from './testing/fixtures';

let store: TestDatabase;
let gateway: Database;
let owner: Database;
let ingest: ChangesIngest;
let changes: ChangesReadModel;

beforeAll(async () => {
  store = await createTestDatabase();
  [gateway, owner] = [connect(store.url('corefleet_gateway')), connect(store.url())];
  [ingest, changes] = [new ChangesIngest(gateway), new ChangesReadModel(owner)];
});

afterAll(async () => {
  await Promise.all([gateway.close(), owner.close()]);
  await store.drop();
});

describe('changes', () => {
  it('of a command are those of its own device', async () => {
    const [device, liar] = [await anEnrolment(owner), await anEnrolment(owner)];
    const id = randomUUID();
    await owner.prisma.command.create({
      data: {
        id,
        ...device,
        operation: 'refresh',
        parameters: {},
        status: 'running',
        auditId: 1n,
        requestedBy: 'somebody',
        validUntil: new Date(),
        deadlineSeconds: 60,
      },
    });
    await ingest.storeChanges([aChange(device, 1, {}, { commandId: id }), aChange(liar, 1, {}, { commandId: id })]);
    expect((await changes.forCommand(id)).map(({ enrolmentId }) => enrolmentId)).toEqual([device.enrolmentId]);
  });

  it('come in pages, newest first, and only the unready ones where asked', async () => {
    const device = await anEnrolment(owner);
    const again = await anEnrolment(owner, device.deviceId);
    const spawned = (second: number): string => `2026-05-03T10:00:0${second}Z`;
    await ingest.storeChanges(
      [1, 2, 3].map((n) => aChange(device, n, { id: `${n}`, 'spawn-time': spawned(n), ready: n === 1 })),
    );
    await ingest.storeChanges(
      [4, 5].map((n) => aChange(again, n, { id: `${n}`, 'spawn-time': spawned(5), ready: n === 4 })),
    );
    const seen: string[] = [];
    for (let cursor: string | undefined, more = true; more;) {
      const page = await changes.list({ deviceId: device.deviceId, cursor, limit: 2 });
      seen.push(...page.items.map(({ changeId }) => changeId));
      cursor = page.next;
      more = cursor !== undefined;
    }
    expect(seen).toEqual(['5', '4', '3', '2', '1']);
    const unready = await changes.list({ deviceId: device.deviceId, ready: false, limit: 10 });
    expect(unready.items.map(({ changeId }) => changeId)).toEqual(['5', '3', '2']);
  });

  it.each([['x'], [''], [Buffer.from('["1","x",1]').toString('base64url')]])('refuse cursor %p', async (cursor) => {
    await expect(changes.list({ deviceId: randomUUID(), cursor, limit: 1 })).rejects.toThrow(InvalidRequestError);
  });
});
