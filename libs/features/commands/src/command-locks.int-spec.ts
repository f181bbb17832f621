import { randomUUID } from 'node:crypto';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase, type TestRole } from '@corefleet/testing/postgres';
import { cancelCommands } from './cancel-commands';
import { CommandReportsIngest } from './command-reports-ingest';
import { foldReports } from './fold-reports';

let testDatabase: TestDatabase;
const databases: Database[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
});

afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await testDatabase.drop();
});

function connect(role?: TestRole): Database {
  const database = new Database({ url: testDatabase.url(role), connections: 4, onIdleError: () => undefined });
  databases.push(database);
  return database;
}

/** Signed commands of one rollout, each of another enrolment. */
async function rolloutOf(owner: Database, devices: number): Promise<{ rolloutId: string; rows: Row[] }> {
  const rolloutId = randomUUID();
  const rows = await owner.prisma.$queryRaw<Row[]>`
    INSERT INTO commands (id, device_id, enrolment_id, rollout_id, operation, parameters, status, requested_by, audit_id,
                          deadline_seconds, valid_until, change_ids)
    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), ${rolloutId}::uuid, 'refresh', '{}', 'signed', 'ann', 1,
           60, now() + interval '1 hour', '{}'
      FROM generate_series(1, ${devices}::int)
    RETURNING id, enrolment_id AS "enrolmentId"`;
  // In the order of chance, so that the order in which rows lie is not the order of anything.
  for (const { id } of [...rows].sort((a, b) => (a.id < b.id ? -1 : 1)))
    await owner.prisma.$executeRaw`UPDATE commands SET message = '' WHERE id = ${id}::uuid`;
  return { rolloutId, rows };
}

interface Row {
  readonly id: string;
  readonly enrolmentId: string;
}

describe('commands that several move at once', () => {
  it('are locked in one order by folds and by who takes them back, so that nobody waits in a circle', async () => {
    const [api, worker, owner] = [connect('corefleet_api'), connect('corefleet_worker'), connect()];
    const ingest = new CommandReportsIngest(connect('corefleet_gateway'));
    for (let round = 0; round < 20; round += 1) {
      const { rolloutId, rows } = await rolloutOf(owner, 200);
      const said = (number: number, state: 'accepted' | 'running') =>
        rows.map(({ id, enrolmentId }) => {
          return { enrolmentId, journalEpoch: 1, number, report: { commandId: id, state, changeIds: [] } };
        });
      await ingest.insert(said(1, 'accepted'));
      const fold = foldReports(worker, new Date());
      await ingest.insert(said(2, 'running'));
      await Promise.all([
        fold,
        foldReports(worker, new Date()),
        api.transaction((tx) => cancelCommands(tx, { rolloutId }, 'the rollout was stopped', new Date())),
      ]);
    }
    await foldReports(worker, new Date());
    expect(await owner.prisma.commandReport.count()).toBe(0);
  });
});
