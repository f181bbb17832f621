import { get } from 'node:http';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { TestApi } from '../testing/test-api';

const REPORT = '/v1/reports/recovery-freshness';

let api: TestApi;
let owner: Database;
let viewer: string;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
  owner = new Database({ url: api.files.url(), connections: 3, onIdleError: () => undefined });
  viewer = await api.session('vic', 'viewer');
});

afterAll(async () => {
  await owner.close();
  await api.stop();
});

/** Asks, and hangs up when it is told to. */
const ask = (): { hangUp: () => Promise<void> } => {
  const asking = get(api.running.url + REPORT, { headers: { authorization: `Bearer ${viewer}` } });
  const closed = new Promise<void>((resolve) => void asking.once('close', resolve));
  asking.on('error', () => undefined); // it is cut by the test
  const hangUp = (): Promise<void> => {
    asking.destroy();
    return closed;
  };
  return { hangUp };
};

const WAITING = `SELECT count(*)::int AS n FROM pg_stat_activity
  WHERE usename = 'corefleet_api' AND datname = current_database() AND wait_event_type = 'Lock'`;

describe('readers of reports', () => {
  it('hold nothing when they hang up before it is known who they are', async () => {
    await owner.transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE users IN ACCESS EXCLUSIVE MODE`;
      const asking = [ask(), ask()];
      await eventually(async () => (await owner.rows<{ n: number }>('waiting', WAITING, []))[0]?.n === asking.length);
      for (const { hangUp } of asking) await hangUp();
    });
    await eventually(async () => (await api.call('GET', REPORT, { token: viewer })).status === 200);
  });
});

async function eventually(done: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await done()); tries += 1) {
    if (tries === 30) throw new Error('cannot go on: it did not happen in 3 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
