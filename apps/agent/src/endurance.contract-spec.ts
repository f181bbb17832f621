import { SnapdUnreachableError, type SnapdTransport } from '@corefleet/snapd-client';
import type { AgentOptions } from './agent';
import { memoryJournalStore, type JournalStore } from './journal/journal-store';
import { CountingTransport } from './testing/counting-transport';
import { aSnapd, Fixture, transportOf } from './testing/fixture';
import { LossyTransport } from './testing/lossy-transport';
import { VirtualTime } from './testing/virtual-time';
import { DEFAULT_TIMINGS } from './timings';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TEN_YEARS = 3652 * DAY;
const MANY_YEARS_S = 40 * 365 * 86_400;
/** An order that time in the test does not end. */
const lasting = {
  'valid-until': new Date(Date.now() + MANY_YEARS_S * 1000).toISOString(),
  'deadline-seconds': MANY_YEARS_S,
};
const REFRESH = ['refresh', { snaps: ['app'], channel: 'edge' }] as const;
const CONFIGURE = ['set-configuration', { snap: 'system', values: { 'refresh.retain': 3 } }] as const;

let fixture: Fixture;
let time: VirtualTime;

beforeEach(async () => {
  fixture = await Fixture.start();
  time = new VirtualTime();
});

afterEach(() => fixture.close());

type Snapd = ReturnType<typeof aSnapd>;

/** An agent as it is on a device, with its own times. */
function start(snapd: Snapd, journal: JournalStore = memoryJournalStore(), more: Partial<AgentOptions> = {}) {
  const transport = new CountingTransport(transportOf(snapd));
  const timings = { ...DEFAULT_TIMINGS, linkBackOff: { firstMs: 1000, longestMs: 5000 } };
  fixture.startAgent(snapd, journal, { snapd: transport, clock: time, random: () => 0.5, timings, ...more });
  return transport;
}

const device = (options: Parameters<typeof aSnapd>[0] = {}): Snapd => aSnapd({ clock: time.clock, ...options });

const end = (id: string) =>
  time.until(() =>
    fixture.gateway
      .commandReports(id)
      .find(({ state }) => ['succeeded', 'failed', 'unknown', 'rejected', 'expired'].includes(state)),
  );

const running = (id: string) =>
  time.until(() =>
    fixture.gateway.commandReports(id).find(({ state, changeIds }) => state === 'running' && changeIds.length > 0),
  );

const linked = () => time.until(() => fixture.gateway.frames.some(({ type }) => type === 'pull'));

/** What the agent said of changes. */
const changes = () =>
  fixture.gateway.reports.flatMap((item) =>
    item.kind === 'change'
      ? [{ commandId: item.body.commandId, id: item.body.change.id, kind: item.body.change.kind }]
      : [],
  );

async function ask(snapd: Snapd, method: 'GET' | 'PUT', path: string, body?: object): Promise<unknown> {
  const text = body && JSON.stringify(body);
  const response = await transportOf(snapd).request({ method, path, ...(text && { body: text }) });
  return (JSON.parse(await response.text()) as { result: unknown }).result;
}

async function resetToFactory(snapd: Snapd): Promise<void> {
  const before = snapd.bootId();
  snapd.factoryReset();
  await time.until(() => snapd.bootId() !== before && snapd.isUp());
}

describe('an agent with nothing to do', () => {
  it('asks for notices once a minute, reads the facts every 15 minutes, and beats', async () => {
    const transport = start(device());
    await linked();
    await time.pass(5 * MINUTE);
    transport.take();
    const before = fixture.gateway.frames.length;
    await time.pass(4 * HOUR);
    const facts = 16;
    expect(transport.take()).toEqual({
      'GET /v2/notices': expect.closeTo(240, -1) as number,
      ...Object.fromEntries(
        [
          ...['system-info', 'snaps', 'validation-sets', 'systems', 'model', 'model/serial', 'connections', 'apps'],
          ...['warnings', 'changes'],
        ].map((name) => [`GET /v2/${name}`, facts]),
      ),
    });
    const frames = fixture.gateway.frames.slice(before).map(({ type }) => type);
    expect(frames.filter((type) => type === 'heartbeat')).toHaveLength(480);
    expect(frames.filter((type) => type === 'pull')).toHaveLength(facts);
    expect(frames).toHaveLength(480 + facts);
  }, 60_000);
});

describe('a snapd that stops', () => {
  it('is not asked in a busy loop while it fails every question at once', async () => {
    const snapd = device({ graceMs: 60_000, daemonRestartMs: MINUTE });
    const transport = start(snapd);
    await linked();
    await time.pass(MINUTE);
    transport.take();
    snapd.restartDaemon();
    await time.pass(MINUTE, 100);
    // 500 ms doubling to 10 s: not the tens of thousands of a busy loop
    expect(transport.take()['GET /v2/notices']).toBeLessThan(30);
    await time.pass(3 * MINUTE);
    const id = fixture.issue(...CONFIGURE, lasting);
    expect(await end(id)).toMatchObject({ state: 'succeeded' });
  }, 60_000);

  it('is asked now and then while it is away for a day, and serves again when it is back', async () => {
    const snapd = device({ daemonRestartMs: DAY });
    const transport = start(snapd);
    await linked();
    await time.pass(MINUTE);
    snapd.restartDaemon({ abrupt: true });
    const id = fixture.issue(...CONFIGURE, lasting);
    transport.take();
    await time.pass(HOUR, 1000);
    const asked = Object.values(transport.take()).reduce((sum, count) => sum + count, 0);
    expect(asked).toBeLessThan(1500);
    await time.pass(DAY, MINUTE);
    expect(await end(id)).toMatchObject({ state: 'succeeded' });
  }, 120_000);
});

describe('an agent that was away', () => {
  it('for a day takes what the device shows for the end of a change that snapd has pruned', async () => {
    const snapd = device({ taskMs: 1000 });
    const journal = memoryJournalStore();
    start(snapd, journal);
    await linked();
    const id = fixture.issue(...REFRESH, lasting);
    await running(id);
    await fixture.stopAgents();
    await time.pass(25 * HOUR, HOUR);
    await ask(snapd, 'PUT', '/v2/snaps/system/conf', { 'refresh.retain': 4 });
    await time.pass(HOUR, HOUR);
    const transport = start(snapd, journal);
    expect(await end(id)).toMatchObject({ state: 'succeeded' });
    expect(transport.take()).not.toHaveProperty('POST /v2/snaps/app');
  }, 60_000);

  it('for more changes than snapd keeps says that it cannot tell when the device does not show it', async () => {
    const snapd = device({ taskMs: 1000, maxReadyChanges: 20 });
    const journal = memoryJournalStore();
    start(snapd, journal);
    await linked();
    snapd.failTask('link-snap', 'app');
    const id = fixture.issue(...REFRESH, lasting);
    await running(id);
    await fixture.stopAgents();
    await time.pass(HOUR, MINUTE);
    for (let more = 0; more < 25; more += 1) {
      await ask(snapd, 'PUT', '/v2/snaps/system/conf', { 'refresh.retain': 2 + (more % 5) });
      await time.pass(MINUTE, 10_000);
    }
    start(snapd, journal);
    expect(await end(id)).toMatchObject({ state: 'unknown', cause: 'change-forgotten' });
  }, 60_000);

  it('for longer than notices are kept reads everything anew', async () => {
    const snapd = device();
    const journal = memoryJournalStore();
    start(snapd, journal);
    await linked();
    await end(fixture.issue(...CONFIGURE, lasting));
    await fixture.stopAgents();
    await time.pass(8 * DAY, DAY);
    await ask(snapd, 'PUT', '/v2/snaps/system/conf', { 'refresh.retain': 5 });
    const seen = changes().length;
    start(snapd, journal);
    await time.until(() => changes().length > seen);
    const all = (await ask(snapd, 'GET', '/v2/changes?select=all')) as { id: string }[];
    expect([
      ...new Set(
        changes()
          .slice(seen)
          .map(({ id }) => id),
      ),
    ]).toEqual(all.map(({ id }) => id));
  }, 60_000);
});

describe('a snapd whose ids began anew', () => {
  it('does not lend its changes to commands of before', async () => {
    const snapd = device({ taskMs: 1000, rebootMs: 1000 });
    const journal = memoryJournalStore();
    start(snapd, journal);
    await linked();
    const id = fixture.issue(...REFRESH, lasting);
    const { changeIds } = await running(id);
    await resetToFactory(snapd);
    // as many changes as it takes to have one with the same id, done by somebody else
    for (let at = 1; at <= Number(changeIds[0]); at += 1)
      await ask(snapd, 'PUT', '/v2/snaps/system/conf', { 'refresh.retain': 2 + at });
    await time.pass(MINUTE, 1000);
    expect(await end(id)).toMatchObject({ state: 'unknown', cause: 'change-forgotten', changeIds });
    const theirs = changes().filter((change) => change.id === changeIds[0] && change.kind === 'configure-snap');
    expect(theirs.length).toBeGreaterThan(0);
    expect(theirs.filter(({ commandId }) => commandId !== undefined)).toEqual([]);
  }, 60_000);

  it('is followed from its beginning, also by an agent that was away meanwhile', async () => {
    const snapd = device({ taskMs: 1000, rebootMs: 1000 });
    const journal = memoryJournalStore();
    start(snapd, journal);
    await linked();
    const id = fixture.issue(...REFRESH, lasting);
    const { changeIds } = await running(id);
    // what may be lost is kept with the next durable record
    await end(fixture.issue('set-configuration', { snap: 'system', values: { 'refresh.hold': 'forever' } }, lasting));
    await fixture.stopAgents();
    await resetToFactory(snapd);
    for (let at = 1; at <= Number(changeIds[0]); at += 1)
      await ask(snapd, 'PUT', '/v2/snaps/system/conf', { 'refresh.retain': 2 + at });
    const seen = changes().length;
    start(snapd, journal);
    expect(await end(id)).toMatchObject({ state: 'unknown', cause: 'change-forgotten' });
    await time.pass(MINUTE, 1000);
    const now = changes().slice(seen);
    expect(now.map((change) => change.id)).toContain('1');
    expect(now.filter(({ commandId, kind }) => commandId !== undefined && kind === 'configure-snap')).toEqual([]);
  }, 60_000);

  it.each([
    [
      'asks a person about a request that it cannot tell the fate of',
      'create-recovery-system',
      { label: 'fresh' },
      'unknown',
    ],
    ['sends again what may be sent twice', ...CONFIGURE, 'succeeded'],
  ])(
    '%s',
    async (_what, operation, body, state) => {
      const snapd = device({ rebootMs: 1000 });
      const journal = memoryJournalStore();
      for (const retain of [4, 5, 6]) await ask(snapd, 'PUT', '/v2/snaps/system/conf', { 'refresh.retain': retain });
      const lossy = new LossyTransport(transportOf(snapd), ['request-lost']);
      start(snapd, journal, { snapd: lossy });
      const id = fixture.issue(operation, body, lasting);
      await time.until(() => fixture.gateway.commandReports(id).length > 0);
      await time.pass(5000, 1000);
      await fixture.stopAgents();
      await resetToFactory(snapd);
      const again = new LossyTransport(transportOf(snapd));
      start(snapd, journal, { snapd: again });
      expect(await end(id)).toMatchObject({ state });
      expect([lossy.posts, again.posts]).toEqual([0, state === 'succeeded' ? 1 : 0]);
    },
    60_000,
  );
});

describe.each([
  ['ten years behind', -TEN_YEARS, { state: 'succeeded' }],
  // snapd itself aborts what is unready for three days by its clock (overlord.go)
  ['ten years ahead', TEN_YEARS, { state: 'failed' }],
])('a device whose clock is %s', (_what, ms, endUnderWay) => {
  it('at its start carries out what is valid and refuses what is not', async () => {
    time.step(ms);
    const snapd = device({ taskMs: 100 });
    start(snapd);
    expect(await end(fixture.issue(...REFRESH))).toMatchObject({ state: 'succeeded' });
    const past = new Date(Date.now() - HOUR).toISOString();
    expect(await end(fixture.issue(...CONFIGURE, { 'valid-until': past }))).toMatchObject({ state: 'expired' });
    const future = new Date(Date.now() + HOUR).toISOString();
    expect(await end(fixture.issue(...CONFIGURE, { 'valid-since': future }))).toMatchObject({ state: 'rejected' });
  }, 60_000);

  it('since just now follows the change under way, keeps its deadlines, and sees what comes', async () => {
    const snapd = device({ taskMs: 1000 });
    const transport = start(snapd);
    await linked();
    const id = fixture.issue(...REFRESH, { 'deadline-seconds': 600 });
    await running(id);
    time.step(ms);
    expect(await end(id)).toMatchObject(endUnderWay);
    transport.take();
    await ask(snapd, 'PUT', '/v2/snaps/system/conf', { 'refresh.retain': 7 });
    await time.until(() => changes().some(({ kind, commandId }) => kind === 'configure-snap' && !commandId));
    await time.pass(5 * MINUTE);
    expect(transport.take()['GET /v2/notices']).toBeLessThan(15);
  }, 60_000);

  it('since a request was lost waits it out as long as ever', async () => {
    const snapd = device();
    const inner = transportOf(snapd);
    let held: (() => Promise<unknown>) | undefined;
    const cut: SnapdTransport = {
      request: (request) => {
        if (request.method === 'GET' || held) return inner.request(request);
        // snapd takes the request and holds it, and nobody hears of it any more
        held = () => inner.request(request);
        time.step(ms);
        return Promise.reject(new SnapdUnreachableError(request, 'ECONNRESET', true));
      },
      close: () => inner.close(),
    };
    start(snapd, memoryJournalStore(), { snapd: cut });
    const id = fixture.issue('create-recovery-system', { label: 'fresh' }, lasting);
    await time.until(() => held);
    await time.pass(32_000, 1000);
    await held?.();
    expect(await end(id)).toMatchObject({ state: 'succeeded' });
    expect(await ask(snapd, 'GET', '/v2/systems')).toMatchObject({
      systems: [expect.anything(), expect.objectContaining({ label: 'fresh' })],
    });
  }, 60_000);
});
