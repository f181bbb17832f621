import { LIMITS } from '@corefleet/contracts/device-protocol';
import type { SnapdTransport } from '@corefleet/snapd-client';
import { memoryJournalStore, type JournalStore } from '../journal/journal-store';
import type { JournalRecord } from '../journal/record';
import { aSnapd, Fixture, transportOf } from '../testing/fixture';
import { HeldTransport } from '../testing/held-transport';
import type { TestGateway } from '../testing/test-gateway';

let fixture: Fixture;
let gateway: TestGateway;

beforeEach(async () => {
  fixture = await Fixture.start();
  gateway = fixture.gateway;
});

afterEach(() => fixture.close());

/** A journal in memory that shows what was kept durably. */
function aJournal(): JournalStore & { readonly kept: JournalRecord[] } {
  const store = memoryJournalStore();
  const kept: JournalRecord[] = [];
  return {
    ...store,
    kept,
    append: (records) => {
      kept.push(...records);
      return store.append(records);
    },
  };
}

const theSystem = { name: 'system' };

describe('a read', () => {
  it('is answered and not journalled', async () => {
    const journal = aJournal();
    fixture.startAgent(aSnapd(), journal);
    const id = fixture.issue('read-snaps', { snaps: ['app'] });
    expect(await gateway.end(id)).toMatchObject({ state: 'succeeded', result: [{ name: 'app', revision: '1' }] });
    expect(gateway.commandReports(id)).toHaveLength(1);
    expect(JSON.stringify(journal.kept)).not.toContain(id);
    expect(journal.kept.map(({ t }) => t)).not.toContain('sequence');
  });

  it('carries a refusal of snapd through, with its status', async () => {
    fixture.startAgent(aSnapd());
    const end = await gateway.end(fixture.issue('read-snap', { name: 'nowhere' }));
    expect(end).toMatchObject({
      state: 'failed',
      cause: 'snapd-refused',
      snapdStatus: 404,
      snapdKind: 'snap-not-found',
    });
  });

  it('does not wait behind a change', async () => {
    const snapd = aSnapd({ taskMs: 300 });
    fixture.startAgent(snapd);
    const slow = fixture.issue('refresh', { snaps: ['app'], channel: 'edge' });
    await gateway.until(() => gateway.commandReports(slow).find(({ state }) => state === 'running'));
    await gateway.end(fixture.issue('read-configuration', theSystem));
    expect(gateway.commandReports(slow).map(({ state }) => state)).not.toContain('succeeded');
  });

  it('outlives a restart of snapd', async () => {
    const snapd = aSnapd();
    fixture.startAgent(snapd);
    await gateway.end(fixture.issue('read-configuration', theSystem));
    await snapd.refuseConnections();
    const id = fixture.issue('read-configuration', theSystem);
    setTimeout(() => void snapd.clearFaults(), 100);
    expect(await gateway.end(id)).toMatchObject({ state: 'succeeded' });
  });

  it('that was refused is not journalled either', async () => {
    const journal = aJournal();
    fixture.startAgent(aSnapd(), journal, { policy: { deniedOperations: [], deniedRisks: ['read'] } });
    const id = fixture.issue('read-warnings', {});
    expect(await gateway.end(id)).toMatchObject({ state: 'rejected', cause: 'policy' });
    expect(JSON.stringify(journal.kept)).not.toContain(id);
  });
});

describe('a read that snapd is slow to answer', () => {
  let held: HeldTransport;
  const start = (journal?: JournalStore): void => {
    held = new HeldTransport(transportOf(aSnapd()), '/v2/snaps/system/conf');
    fixture.startAgent(aSnapd(), journal, { snapd: held });
  };

  it('ends with its deadline, and so does the request', async () => {
    start();
    const id = fixture.issue('read-configuration', theSystem, { 'deadline-seconds': 1 });
    expect(await gateway.end(id)).toMatchObject({ state: 'failed', cause: 'too-late' });
    expect(held.waiting).toBe(0);
  });

  it('is asked of snapd once when it is delivered twice', async () => {
    start();
    const id = fixture.issue('read-configuration', theSystem);
    await held.isAsked();
    gateway.deliverAgain(id);
    await gateway.end(fixture.issue('read-snap', { name: 'app' }));
    held.release();
    expect(await gateway.end(id)).toMatchObject({ state: 'succeeded' });
    gateway.deliverAgain(id);
    await gateway.end(fixture.issue('read-snap', { name: 'app' }));
    expect({ asked: held.asked, reports: gateway.commandReports(id).length }).toEqual({ asked: 1, reports: 1 });
  });

  it('is one of at most eight, and past 64 the next is refused', async () => {
    start();
    const ids = Array.from({ length: 65 }, () => fixture.issue('read-configuration', theSystem));
    expect(await gateway.end(ids[64]!)).toMatchObject({ state: 'failed', cause: 'too-many-reads' });
    expect(held.waiting).toBe(8);
    held.release();
    for (const id of ids.slice(0, 64)) expect(await gateway.end(id)).toMatchObject({ state: 'succeeded' });
  });

  it('comes again after a restart of the agent', async () => {
    const journal = memoryJournalStore();
    start(journal);
    const id = fixture.issue('read-configuration', theSystem);
    await held.isAsked();
    await fixture.stopAgents();
    expect(gateway.commandReports(id)).toEqual([]);
    fixture.startAgent(aSnapd(), journal);
    expect(await gateway.end(id)).toMatchObject({ state: 'succeeded' });
  });

  it('is lost with the agent when something journalled came after it', async () => {
    const journal = memoryJournalStore();
    start(journal);
    const lost = fixture.issue('read-configuration', theSystem);
    await gateway.end(fixture.issue('hold', { snaps: ['app'], time: 'forever', 'hold-level': 'general' }));
    await fixture.stopAgents();
    fixture.startAgent(aSnapd(), journal);
    await gateway.end(fixture.issue('read-snap', { name: 'app' }));
    expect(gateway.commandReports(lost)).toEqual([]);
    expect(gateway.frames.filter(({ type }) => type === 'hello').at(-1)).toMatchObject({ lastSequence: 2 });
  });
});

it('says how large an answer is that no frame holds', async () => {
  const text = JSON.stringify({ type: 'sync', 'status-code': 200, result: { x: 'x'.repeat(LIMITS.resultBytes) } });
  const snapd = transportOf(aSnapd());
  const large: SnapdTransport = {
    request: async (request) => {
      const response = await snapd.request(request);
      if (!request.path.startsWith('/v2/snaps/system/conf')) return response;
      const { status, headers } = response;
      return { status, headers, text: () => Promise.resolve(text), stream: () => response.stream() };
    },
    close: () => snapd.close(),
  };
  fixture.startAgent(aSnapd(), undefined, { snapd: large });
  const end = await gateway.end(fixture.issue('read-configuration', theSystem));
  expect(end).toMatchObject({ state: 'failed', cause: 'result-too-large' });
  expect(end.message).toBe(`the result is too large to be reported: ${LIMITS.resultBytes + 8} bytes, more than 262144`);
});
