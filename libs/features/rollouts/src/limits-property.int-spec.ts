import fc from 'fast-check';
import { RolloutStand } from './testing/rollout-stand';

const SITES = ['berlin', 'oslo', 'rome'] as const;
const ROUNDS = 150;
const ROUND_SECONDS = 5;
const IN_FLIGHT = new Set(['offered', 'running', 'rebooting', 'verifying']);

let stand: RolloutStand;

beforeAll(async () => {
  stand = await RolloutStand.open();
});

afterAll(() => stand.close());

const limits = fc.record({
  /** In flight: of the fleet, of one of its sites, of each rollout, of each rollout at a site. */
  fleet: fc.integer({ min: 2, max: 12 }),
  berlin: fc.integer({ min: 1, max: 4 }),
  rollout: fc.integer({ min: 1, max: 9 }),
  site: fc.integer({ min: 1, max: 4 }),
  startsPerMinute: fc.integer({ min: 12, max: 60 }),
  devices: fc.integer({ min: 4, max: 14 }),
  rollouts: fc.integer({ min: 2, max: 3 }),
});
type Limits = Parameters<Parameters<typeof limits.map<unknown>>[0]>[0];

async function begin(of: Limits): Promise<string[]> {
  const { pool } = stand.owner;
  await pool.query(`UPDATE limits SET max_in_flight = $1 WHERE scope = 'fleet'`, [of.fleet]);
  await pool.query(
    `INSERT INTO limits (scope, key, max_in_flight) VALUES ('site', 'berlin', $1)
     ON CONFLICT (scope, key) DO UPDATE SET max_in_flight = excluded.max_in_flight`,
    [of.berlin],
  );
  const rollout = {
    waves: [{ size: of.devices }],
    sites: SITES,
    gate: { maxFailedPercent: 100 },
    limits: { maxInFlight: of.rollout, maxInFlightPerSite: of.site, startsPerMinute: of.startsPerMinute },
  };
  const ids: string[] = [];
  for (let at = 0; at < of.rollouts; at += 1) ids.push(await stand.aRollout(rollout));
  return ids;
}

/** Reconcilers and folds of all rollouts at once, round by round. @returns how many of their transactions were open at one time */
async function carryOut(ids: readonly string[]): Promise<number> {
  let most = 0;
  for (let round = 0; round < ROUNDS && !(await allFinished(ids)); round += 1) {
    for (const id of ids) await stand.heard((await stand.targets(id)).map(({ deviceId }) => deviceId));
    const working = Promise.all([
      stand.reconcileAtOnce(ids, 2),
      ...ids.map((id) => stand.move(id, round % 5 === 0 ? 'failed' : 'succeeded', { count: 3 })),
    ]);
    most = Math.max(most, await openTransactions());
    await working;
    stand.clock.pass(ROUND_SECONDS);
  }
  return most;
}

async function openTransactions(): Promise<number> {
  const { rows } = await stand.owner.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE usename = 'corefleet_worker' AND datname = current_database() AND xact_start IS NOT NULL`,
  );
  return rows[0]?.count ?? 0;
}

const allFinished = async (ids: readonly string[]): Promise<boolean> =>
  (await Promise.all(ids.map((id) => stand.seen(id)))).every(({ status }) => status === 'finished');

interface Event {
  readonly rollout: string;
  readonly device: string;
  readonly site: string;
  readonly state: string;
  readonly at: Date;
}

/** What targets became, in the order in which it was written: under the locks that claims take. */
async function history(ids: readonly string[]): Promise<Event[]> {
  const { rows } = await stand.owner.pool.query<Event>(
    `SELECT e.rollout_id AS rollout, e.device_id AS device, t.site, e.state, e.at
       FROM target_events e JOIN rollout_targets t ON t.rollout_id = e.rollout_id AND t.device_id = e.device_id
      WHERE e.rollout_id = ANY ($1::uuid[]) ORDER BY e.id`,
    [ids],
  );
  return rows;
}

/** The most devices in flight at any time, for each thing that is bounded. */
function mostInFlight(events: readonly Event[]): Map<string, number> {
  const most = new Map<string, number>();
  const inFlight = new Map<string, Event>();
  const keysOf = ({ rollout, site }: Event): string[] => ['fleet', site, rollout, `${rollout} ${site}`];
  for (const event of events) {
    inFlight.delete(`${event.rollout} ${event.device}`);
    if (IN_FLIGHT.has(event.state)) inFlight.set(`${event.rollout} ${event.device}`, event);
    for (const key of keysOf(event)) {
      const count = [...inFlight.values()].filter((other) => keysOf(other).includes(key)).length;
      most.set(key, Math.max(most.get(key) ?? 0, count));
    }
  }
  return most;
}

/** The most starts of a rollout within any minute. */
function mostStarts(events: readonly Event[], rollout: string): number {
  const starts = events.filter((event) => event.rollout === rollout && event.state === 'offered');
  const within = (from: Date): number =>
    starts.filter(({ at }) => at >= from && at.getTime() < from.getTime() + 60_000).length;
  return Math.max(0, ...starts.map(({ at }) => within(at)));
}

it('no limit is ever exceeded, whoever claims at the same time, and everybody comes to an end', async () => {
  let overlapping = 0;
  await fc.assert(
    fc.asyncProperty(limits, async (of) => {
      const ids = await begin(of);
      overlapping = Math.max(overlapping, await carryOut(ids));
      expect(await allFinished(ids)).toBe(true);
      const events = await history(ids);
      const most = mostInFlight(events);
      expect(most.get('fleet')).toBeLessThanOrEqual(of.fleet);
      expect(most.get('berlin')).toBeLessThanOrEqual(of.berlin);
      for (const id of ids) {
        expect(most.get(id)).toBeLessThanOrEqual(of.rollout);
        for (const site of SITES) expect(most.get(`${id} ${site}`)).toBeLessThanOrEqual(of.site);
        // the bucket holds what comes in ten seconds
        expect(mostStarts(events, id)).toBeLessThanOrEqual(of.startsPerMinute * (1 + 1 / 6) + 1);
      }
      await stand.expectCountsTrue();
    }),
    { numRuns: 6 },
  );
  expect(overlapping).toBeGreaterThan(2);
}, 120_000);
