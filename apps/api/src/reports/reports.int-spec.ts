import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { NOWHERE, TestApi } from '../testing/test-api';

const NOW = Date.now();
const PROBLEM = 'application/problem+json; charset=utf-8';
const at = (daysAgo: number): Date => new Date(NOW - daysAgo * 86_400_000);

let api: TestApi;
let owner: Database;
let viewer: string;
let admin: string;

beforeAll(async () => {
  api = await TestApi.start(await createTestDatabase(), testRedis());
  owner = new Database({ url: api.files.url(), connections: 2, onIdleError: () => undefined });
  [viewer, admin] = [await api.session('vic', 'viewer'), await api.session('ann', 'admin')];
  for (const sequence of [13, 14]) {
    const snaps = [{ name: 'app', id: 'A', presence: 'required', revision: '14' }];
    await owner.prisma.validationSet.create({
      data: { accountId: 'acme', name: 'base', sequence, snaps, timestamp: at(9) },
    });
  }
});

afterAll(async () => {
  await owner.close();
  await api.stop();
});

let serial = 0;

interface Told {
  readonly revision?: number | string;
  readonly version?: string;
  readonly valid?: boolean;
  readonly sequence?: number;
  readonly site?: string;
  readonly silentDays?: number;
  readonly serial?: string;
  readonly enrolledDaysAgo?: number;
}

/** A device that told snap `app` at a revision, and the set, five days ago. */
async function aDevice(told: Told = {}): Promise<{ id: string; enrolmentId: string }> {
  const { revision = 14, version = '1.0', valid = true, sequence = 14, site = 'berlin', silentDays = 0 } = told;
  const [id, enrolmentId] = [randomUUID(), randomUUID()];
  const createdAt = at(told.enrolledDaysAgo ?? 8);
  await owner.prisma.device.create({
    data: {
      id,
      enrolmentId,
      brandId: 'acme',
      model: 'pc',
      serial: told.serial ?? `s${(serial += 1)}`,
      labels: { site },
    },
  });
  await owner.prisma.enrolment.create({
    data: { id: enrolmentId, deviceId: id, publicKey: randomUUID(), status: 'active', tokenId: NOWHERE, createdAt },
  });
  const link = { journalId: 'j', journalEpoch: 1, agentVersion: '1', protocol: 1, snapdState: 'reachable' };
  const seen = { connectedAt: createdAt, lastSeenAt: at(silentDays) };
  await owner.prisma.deviceLink.create({ data: { enrolmentId, ...link, ...seen } });
  await tells(enrolmentId, 'snaps', [{ name: 'app', revision: String(revision), version, status: 'active' }], at(5));
  await tells(enrolmentId, 'validation-sets', [tracked(sequence, valid)], at(5));
  return { id, enrolmentId };
}

const tracked = (sequence: number, valid: boolean) => ({
  ...{ 'account-id': 'acme', name: 'base', mode: 'enforce', sequence, 'pinned-at': sequence, valid },
});

/** As the gateway would write it, at a time of the test's own. */
async function tells(enrolmentId: string, name: string, value: unknown, when: Date): Promise<void> {
  await owner.rows(
    'tells',
    `INSERT INTO device_facts VALUES ($1::uuid, $2::text, $3::text, $4::jsonb, 1, 1, $5::timestamptz)
     ON CONFLICT (enrolment_id, name) DO UPDATE SET digest = excluded.digest, value = excluded.value,
       number = device_facts.number + 1, received_at = excluded.received_at`,
    [enrolmentId, name, JSON.stringify(value), JSON.stringify(value), when],
  );
}

interface Document {
  readonly title: string;
  readonly summary: Record<string, unknown>;
  readonly rows: Record<string, unknown>[];
  readonly rowCount: number;
  readonly complete: boolean;
}

async function report(path: string, token = viewer): Promise<Document> {
  const { status, text, body } = await api.call('GET', `/v1/reports/${path}`, { token });
  expect([status, status === 200 ? '' : text]).toEqual([200, '']);
  return body as unknown as Document;
}

beforeEach(async () => {
  await owner.pool
    .query(`TRUNCATE devices, device_links, device_facts, device_facts_past, device_sets, device_sets_past,
    device_snaps, device_snaps_past, left_sets, commands, enrolments, rollouts CASCADE`);
});

describe('the report on compliance', () => {
  beforeEach(async () => {
    await aDevice({ serial: 'good' });
    await aDevice({ serial: 'bad', revision: 12, valid: false });
    await aDevice({ serial: 'away', silentDays: 2 });
    await aDevice({ serial: 'behind', sequence: 13, site: 'bonn' });
  });

  const states = ({ rows }: Document) => Object.fromEntries(rows.map((row) => [row['serial'], row['state']]));

  it('tells each verdict with its reasons, counted', async () => {
    const told = await report('compliance?set=acme/base&sequence=14');
    expect(told.summary).toMatchObject({ devices: 4, valid: 1, invalid: 2, unknown: 1, 'not-applied': 0 });
    expect(states(told)).toEqual({ good: 'valid', bad: 'invalid', away: 'unknown', behind: 'invalid' });
    const reasons = Object.fromEntries(told.rows.map((row) => [row['serial'], row['reasons']]));
    expect(reasons['bad']).toEqual(['snap "app" at 12, wants 14']);
    expect(reasons['behind']).toEqual(['at sequence 13, wants 14']);
    expect(told).toMatchObject({ rowCount: 4, complete: true });
  });

  it('is of the devices that a filter means, and lists those in a state', async () => {
    const told = await report('compliance?set=acme/base&filter=label.site%3Dberlin&state=invalid');
    expect(told.summary).toMatchObject({ devices: 3, valid: 1 });
    expect(states(told)).toEqual({ bad: 'invalid' });
  });

  it('tells how it was', async () => {
    const { enrolmentId } = await aDevice({ serial: 'mended', revision: 12, valid: false });
    await tells(enrolmentId, 'snaps', [{ name: 'app', revision: '14', status: 'active' }], at(1));
    await tells(enrolmentId, 'validation-sets', [tracked(14, true)], at(1));
    const of = async (when: Date | undefined) => {
      const told = await report(`compliance?set=acme/base${when ? `&asOf=${when.toISOString()}` : ''}`);
      const row = told.rows.find((each) => each['serial'] === 'mended');
      return row && [row['state'], row['reasons']];
    };
    expect(await of(undefined)).toEqual(['valid', []]);
    expect(await of(at(2))).toEqual(['invalid', ['snap "app" at 12, wants 14']]);
    expect((await of(at(6)))?.[0]).toBe('unknown'); // enrolled, and had told nothing
    expect(await of(at(9))).toBeUndefined(); // not enrolled yet
  });

  it('tells how it was of a device that was revoked since', async () => {
    const { id, enrolmentId } = await aDevice({ serial: 'gone' });
    await owner.prisma.device.update({ where: { id }, data: { enrolmentId: null } });
    await owner.prisma.enrolment.update({ where: { id: enrolmentId }, data: { status: 'revoked', endedAt: at(1) } });
    const asOf = `asOf=${at(2).toISOString()}`;
    expect(states(await report(`compliance?set=acme/base&${asOf}`))).toMatchObject({ gone: 'valid' });
    const { rows } = await report(`snap-exposure?snap=app&${asOf}`);
    expect(rows.find((row) => row['serial'] === 'gone')?.['lastSeenAt']).toBe(at(0).toISOString());
  });
});

describe('the report on exposure', () => {
  it.each([
    ['', ['a1', 'b2', 'c10', 'x'], 4],
    ['&comparison=below&revision=10', ['a1', 'b2'], 2],
    ['&comparison=at-most&revision=2', ['a1', 'b2'], 2],
    ['&comparison=at&revision=2', ['b2'], 1],
    ['&comparison=not&revision=2', ['a1', 'c10'], 2],
    ['&comparison=above&revision=2', ['c10'], 1],
    ['&comparison=below&version=2.10', ['a1', 'b2', 'x'], 3],
  ])('with %j names %j', async (asked, serials, exposed) => {
    await aDevice({ serial: 'a1', revision: 1, version: '2.9' });
    await aDevice({ serial: 'b2', revision: 2, version: '2.9' });
    await aDevice({ serial: 'c10', revision: 10, version: '2.10' });
    await aDevice({ serial: 'x', revision: 'x1', version: '1' });
    const told = await report(`snap-exposure?snap=app${asked}`);
    expect(told.rows.map((row) => row['serial']).sort()).toEqual(serials);
    expect(told.summary).toMatchObject({ devices: 4, exposed });
    expect(told.summary['unclear'] ?? 0).toBe(asked.includes('revision') ? 1 : 0);
  });

  it('tells who had it, and who has not told', async () => {
    const { enrolmentId } = await aDevice({ serial: 'd', revision: 3 });
    await tells(enrolmentId, 'snaps', [{ name: 'app', revision: '9', status: 'active' }], at(1));
    const below = 'snap-exposure?snap=app&comparison=below&revision=5';
    expect((await report(below)).rows).toEqual([]);
    expect((await report(`${below}&asOf=${at(3).toISOString()}`)).rows).toMatchObject([{ serial: 'd', revision: '3' }]);
    expect((await report(`${below}&asOf=${at(7).toISOString()}`)).summary).toMatchObject({ devices: 1, unknown: 1 });
  });
});

describe('the report on a device', () => {
  it('tells what happened in the order of time', async () => {
    const { id, enrolmentId } = await aDevice({ serial: 'd', revision: 3 });
    await tells(enrolmentId, 'snaps', [{ name: 'app', revision: '9', version: '2', status: 'active' }], at(1));
    await api.call('PATCH', `/v1/devices/${id}`, { token: admin, body: { labels: { site: 'bonn' } } });
    const { rows, summary } = await report(`device-history?device=${id}`);
    expect(rows.map(({ kind, summary: told, who }) => [kind, told, who])).toEqual([
      ['enrolment', 'enrolled', null],
      ['snap', 'app at 3 (1.0)', null],
      ['snap', 'app at 9 (2)', null],
      ['act', 'device.set-labels', 'ann'],
    ]);
    expect(summary).toMatchObject({ snap: 2, act: 1, change: 0 });
    const part = `device-history?device=${id}&from=${at(2).toISOString()}&to=${at(0.5).toISOString()}`;
    expect((await report(part)).rows).toHaveLength(1);
  });
});

describe('the report on recovery systems', () => {
  it('counts devices by state, now and then', async () => {
    const { enrolmentId } = await aDevice({ serial: 'd' });
    await tells(enrolmentId, 'systems', [{ label: '20260101', current: true }], at(4));
    await aDevice({ serial: 'mute' });
    const now = await report('recovery-freshness');
    expect(now.summary).toMatchObject({ devices: 2, unknown: 1, silent: 1, untested: 2 });
    expect(now.rows.find((row) => row['serial'] === 'd')).toMatchObject({ state: 'unknown', newest: '20260101' });
    expect((await report('recovery-freshness?state=silent')).rows).toMatchObject([{ serial: 'mute' }]);
    const then = await report(`recovery-freshness?asOf=${at(4.5).toISOString()}`);
    expect(then.summary).toMatchObject({ devices: 2, silent: 2 });
  });
});

describe('the report on access', () => {
  it('is for admins, and tells people, tokens and what they did', async () => {
    const { body } = await api.call('POST', '/v1/tokens', { token: admin, body: { name: '=robot' } });
    await api.call('GET', '/v1/devices', { token: String(body['token']) });
    const { rows, summary } = await report('access', admin);
    expect(summary).toMatchObject({ people: 2, admins: 1, tokens: 1 });
    const robot = rows.find((row) => row['credential'] === 'token =robot');
    expect(robot).toMatchObject({ person: 'ann', role: 'admin', state: 'active', acts: 0 });
    const ann = rows.find((row) => row['person'] === 'ann' && row['credential'] === 'person');
    expect(ann?.['did']).toContain('token.create 1');
    expect((await api.call('GET', '/v1/reports/access', { token: viewer })).status).toBe(403);
    expect((await report(`access?asOf=${at(1).toISOString()}`, admin)).summary).toMatchObject({ people: 0 });
  });
});

describe('forms', () => {
  const asked = 'snap-exposure?snap=app';

  it('are CSV that no spreadsheet runs', async () => {
    await aDevice({ serial: '=1+1', site: 'a "b", c' });
    const { headers, text } = await api.call('GET', `/v1/reports/${asked}&format=csv`, { token: viewer });
    expect(headers.get('content-type')).toContain('text/csv');
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="snap-exposure-\d{4}-\d\d-\d\d\.csv"$/);
    const [head, line] = text.split('\r\n');
    expect(head).toMatch(/^serial,brandId,model,site,revision,/);
    expect(line).toMatch(/^'=1\+1,acme,pc,"a ""b"", c",14,/);
  });

  it('are a page that runs nothing', async () => {
    await aDevice({ serial: '<script>alert(1)</script>' });
    const { headers, text } = await api.call('GET', `/v1/reports/${asked}&format=html`, { token: viewer });
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).not.toContain('<script');
    expect(text.trimEnd()).toMatch(/End of the report: 1 rows\.<\/footer>\n<\/main>\n<\/body>\n<\/html>$/);
  });
});

describe('what cannot be made', () => {
  it.each([
    ['weather', 404, /cannot find report "weather"/],
    ['compliance', 400, /wrong set/],
    ['compliance?set=acme', 400, /wrong set/],
    ['compliance?set=acme/base&asOf=2026-02-30', 400, /asOf/],
    ['compliance?set=acme/base&asOf=2999-01-01', 400, /is in the future.*asOf/],
    ['compliance?set=acme/base&format=pdf', 400, /format/],
    ['compliance?set=acme/none', 404, /cannot find validation set "acme\/none"/],
    ['compliance?set=acme/base&sequence=99', 404, /"acme\/base=99"/],
    ['compliance?set=acme/base&filter=modle%3Dpc', 400, /unknown field "modle".*position 0/],
    ['snap-exposure?snap=app&comparison=below', 400, /comparison/],
    ['snap-exposure?snap=app&revision=5', 400, /comparison/],
    ['snap-exposure?snap=app&comparison=at&revision=5&version=1', 400, /version/],
    [`rollout?rollout=${NOWHERE}`, 404, /cannot find rollout/],
    [`rollout?rollout=${NOWHERE}&asOf=2026-01-01`, 400, /asOf/],
    [`device-history?device=${NOWHERE}`, 404, /cannot find device/],
    [`device-history?device=${NOWHERE}&from=2026-01-02&to=2026-01-01`, 400, /to must be later than from/],
  ])('%s answers %i', async (path, status, detail) => {
    const answer = await api.call('GET', `/v1/reports/${path}`, { token: viewer });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, PROBLEM]);
    expect(`${answer.body.detail}; ${JSON.stringify(answer.body.problems)}`).toMatch(detail);
  });

  it('is what was before the history that is kept', async () => {
    await owner.pool.query(
      `CREATE TABLE kept PARTITION OF device_facts_past FOR VALUES FROM ('2026-11-01Z') TO ('2026-12-01Z')`,
    );
    const asked = await api.call('GET', '/v1/reports/compliance?set=acme/base&asOf=2026-10-31', { token: viewer });
    expect(asked.body.detail).toContain('is before what is kept, which begins at 2026-11-01T00:00:00.000Z');
    await owner.pool.query('DROP TABLE kept');
  });
});

describe('a reader', () => {
  it('that goes away ends the statement, and holds nothing', async () => {
    await owner.pool.query(
      `INSERT INTO devices (id, brand_id, model, serial, labels, enrolment_id)
       SELECT gen_random_uuid(), 'acme', 'pc', 'many-' || n, '{}', gen_random_uuid() FROM generate_series(1, 20000) AS n`,
    );
    for (let round = 0; round < 4; round += 1) await leave('/v1/reports/compliance?set=acme/base');
    await eventually(async () => {
      const busy = await owner.rows<{ n: number }>('busy', BUSY, []);
      return busy[0]?.n === 0;
    });
    expect((await report('compliance?set=acme/base')).rowCount).toBe(20_000);
  });

  /** Goes after the first bytes. */
  const leave = (path: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const asking = get(api.running.url + path, { headers: { authorization: `Bearer ${viewer}` } }, (answer) => {
        answer.once('data', () => {
          answer.destroy();
          resolve();
        });
      });
      asking.on('error', reject);
    });

  const BUSY = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'corefleet_api'
    AND datname = current_database() AND state <> 'idle'`;
});

async function eventually(done: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await done()); tries += 1) {
    if (tries === 100) throw new Error('cannot go on: it did not happen in 10 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
