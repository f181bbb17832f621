import { Database } from '@corefleet/platform/database';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { NOWHERE, TestApi } from '../testing/test-api';

let api: TestApi;
let owner: Database;
let viewer: string;
let deviceId: string;
let path: string;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
  owner = new Database({ url: api.files.url(), connections: 2, onIdleError: () => undefined });
  const admin = await api.session('root', 'admin');
  viewer = await api.session('vera', 'viewer');
  await api.publishSigningKey();
  const made = await api.call('POST', '/v1/enrolment-tokens', { token: admin, body: { name: 'lab', maxUses: 9 } });
  const enrolled = await api.enrol(String(made.body['token']), 's1', 'a');
  deviceId = String(enrolled.body['deviceId']);
  path = `/v1/devices/${deviceId}/facts`;
  await owner.pool.query('UPDATE enrolments SET created_at = $1', [at(2)]);
});

afterAll(async () => {
  await owner.close();
  await api.stop();
});

const at = (day: number): Date => new Date(Date.UTC(2026, 4, day));
const get = (route: string) => api.call('GET', route, { token: viewer });

async function tell(when: Date, name: string, value: unknown): Promise<void> {
  await owner.rows(
    'tell',
    `INSERT INTO device_facts SELECT enrolment_id, $2::text, $3::text, $4::jsonb, 1, 1, $5::timestamptz FROM devices WHERE id = $1::uuid
     ON CONFLICT (enrolment_id, name) DO UPDATE SET digest = excluded.digest, value = excluded.value, received_at = excluded.received_at`,
    [deviceId, name, JSON.stringify(value), JSON.stringify(value), when],
  );
}

const snap = (name: string, revision: string) => ({ name, revision, status: 'active' });

describe('facts of a device', () => {
  beforeAll(async () => {
    await tell(at(3), 'snaps', [snap('core24', '7'), snap('old', '1')]);
    await tell(at(3), 'host', { timeZone: 'UTC' });
    await tell(at(5), 'snaps', [snap('core24', '8'), snap('old', '1')]);
    await tell(at(7), 'snaps', [snap('core24', '8'), snap('new', '1')]);
  });

  it('are those of a moment', async () => {
    const on4 = await get(`${path}?asOf=2026-05-04`);
    expect(on4.body).toMatchObject({ asOf: '2026-05-04T00:00:00.000Z' });
    expect(on4.body['items']).toMatchObject([
      { name: 'host', receivedAt: '2026-05-03T00:00:00.000Z' },
      { name: 'snaps', value: [{ revision: '7' }, { name: 'old' }], receivedAt: '2026-05-03T00:00:00.000Z' },
    ]);
    const on6 = await get(`${path}?asOf=2026-05-06T02:00:00%2B02:00`);
    expect(on6.body['items']).toMatchObject([{ name: 'host' }, { name: 'snaps', value: [{ revision: '8' }, {}] }]);
    expect((await get(path)).body['items']).toMatchObject([{ name: 'host' }, { value: [{}, { name: 'new' }] }]);
  });

  it.each([
    ['before it joined', '2026-05-01', 'the device was not enrolled yet: it joined at 2026-05-02T00:00:00.000Z'],
    ['before it told anything', '2026-05-02T01:00:00Z', 'the device was enrolled and had told nothing yet'],
  ])('are none %s, and the answer says so', async (_when, asOf, note) => {
    expect((await get(`${path}?asOf=${asOf}`)).body).toEqual({ items: [], asOf: new Date(asOf).toISOString(), note });
  });

  it('have a history by cursor, with what was different each time', async () => {
    const first = await get(`${path}/snaps/history?limit=2`);
    expect(first.body['items']).toMatchObject([
      {
        ...{ since: '2026-05-07T00:00:00.000Z', until: null },
        differences: [
          { item: 'new', to: { revision: '1' } },
          { item: 'old', from: { revision: '1' } },
        ],
      },
      {
        ...{ since: '2026-05-05T00:00:00.000Z', until: '2026-05-07T00:00:00.000Z' },
        differences: [
          { item: 'core24', path: 'on-disk', from: ['7'], to: ['8'] },
          { item: 'core24', path: 'revision', from: '7', to: '8' },
        ],
      },
    ]);
    const second = await get(`${path}/snaps/history?limit=2&cursor=${String(first.body['next'])}`);
    expect(second.body).toMatchObject({ items: [{ since: '2026-05-03T00:00:00.000Z', differences: null }] });
    expect(second.body).not.toHaveProperty('next');
    expect((await get(`${path}/model/history`)).body).toEqual({ items: [] });
  });

  it.each([
    ['?asOf=2126-01-01', 'asOf', 'is in the future'],
    ['?asOf=2026-02-31', 'asOf', 'Invalid'],
    ['?asOf=yesterday', 'asOf', 'Invalid'],
    ['?as-of=2026-05-04', 'query', 'as-of'],
    ['/snap/history', 'name', 'Invalid option'],
    ['/snaps/history?cursor=bm93', 'cursor', 'is not one that this list gave out'],
    ['/snaps/history?limit=101', 'limit', 'Too big'],
  ])('refuse %s', async (route, field, reason) => {
    const { status, body } = await get(path + route);
    const problem = { field, message: expect.stringContaining(reason) };
    expect([status, body.problems]).toEqual([400, [problem]]);
  });

  it('are not told of before what is kept', async () => {
    await owner.pool.query(
      `CREATE TABLE device_facts_past_202605 PARTITION OF device_facts_past FOR VALUES FROM ('2031-05-01Z') TO ('2031-06-01Z')`,
    );
    const { status, body } = await get(`${path}?asOf=2026-05-04`);
    expect([status, body.problems]).toEqual([
      400,
      [{ field: 'asOf', message: 'is before what is kept, which begins at 2031-05-01T00:00:00.000Z' }],
    ]);
    await owner.pool.query('DROP TABLE device_facts_past_202605');
  });

  it('are of no device that there is not', async () => {
    expect((await get(`/v1/devices/${NOWHERE}/facts?asOf=2026-05-04`)).status).toBe(404);
    expect((await get(`/v1/devices/${NOWHERE}/facts/snaps/history`)).status).toBe(404);
  });
});
