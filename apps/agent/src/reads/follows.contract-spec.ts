import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS, type AgentFrame } from '@corefleet/contracts/device-protocol';
import { memoryJournalStore } from '../journal/journal-store';
import { aSnapd, Fixture } from '../testing/fixture';
import type { TestGateway } from '../testing/test-gateway';

type Chunk = Extract<AgentFrame, { type: 'chunk' }>;

let fixture: Fixture;
let gateway: TestGateway;

beforeEach(async () => {
  fixture = await Fixture.start();
  gateway = fixture.gateway;
});

afterEach(() => fixture.close());

const follow = (more: object = {}): string => fixture.issue('read-followed-logs', { n: 3, ...more });

const chunks = (commandId: string): Chunk[] =>
  gateway.frames.filter((frame): frame is Chunk => frame.type === 'chunk' && frame.commandId === commandId);

const lines = (commandId: string): unknown[] => chunks(commandId).flatMap(({ entries }) => entries);

const credit = (commandId: string, upTo: number, leaseMs: number = LIMITS.streamLeaseMs): void =>
  gateway.send({ type: 'credit', commandId, upTo, leaseMs });

describe('a read that is followed', () => {
  it('says that it is open, and sends nothing without credit', async () => {
    fixture.startAgent(aSnapd());
    const id = follow();
    await gateway.until(() => chunks(id).length > 0);
    await sleep(100);
    expect(chunks(id)).toEqual([{ type: 'chunk', commandId: id, n: 0, entries: [] }]);
    credit(id, 1);
    await gateway.until(() => lines(id).length === 3);
    expect(chunks(id).at(-1)?.n).toBe(1);
  });

  it('goes on with new lines, answers each credit, and ends when it is told', async () => {
    fixture.startAgent(aSnapd());
    const id = follow({ names: ['app'] });
    await gateway.until(() => chunks(id).length > 0);
    credit(id, 100);
    await gateway.until(() => lines(id).length >= 4);
    const said = chunks(id).length;
    credit(id, 100);
    await gateway.until(() => chunks(id).length > said);
    gateway.send({ type: 'stop', commandId: id });
    const count = chunks(id).filter(({ entries }) => entries.length > 0).length;
    expect(await gateway.end(id)).toMatchObject({ state: 'succeeded', result: { chunks: count, ended: 'asked' } });
  });

  it('ends when nobody renews its lease', async () => {
    fixture.startAgent(aSnapd());
    const id = follow();
    await gateway.until(() => chunks(id).length > 0);
    credit(id, 1, 50);
    expect(await gateway.end(id)).toMatchObject({ state: 'failed', cause: 'lease-over' });
  });

  it('ends with its link, and says so over the next', async () => {
    fixture.startAgent(aSnapd());
    const id = follow();
    await gateway.until(() => chunks(id).length > 0);
    gateway.cut();
    expect(await gateway.end(id)).toMatchObject({ state: 'failed', cause: 'link-closed' });
  });

  it('ends with its deadline', async () => {
    fixture.startAgent(aSnapd());
    const id = fixture.issue('read-followed-logs', {}, { 'deadline-seconds': 1 });
    expect(await gateway.end(id)).toMatchObject({ state: 'succeeded', result: { ended: 'deadline' } });
  });

  it('ends with snapd', async () => {
    const snapd = aSnapd();
    fixture.startAgent(snapd);
    const id = follow();
    await gateway.until(() => chunks(id).length > 0);
    credit(id, 10);
    await gateway.until(() => lines(id).length > 0);
    snapd.restartDaemon();
    expect(await gateway.end(id)).toMatchObject({ state: 'succeeded', result: { ended: 'snapd' } });
  });

  it('is refused in the words of snapd', async () => {
    fixture.startAgent(aSnapd());
    const end = await gateway.end(follow({ names: ['nowhere'] }));
    expect(end).toMatchObject({ state: 'failed', cause: 'snapd-refused', snapdStatus: 404 });
    expect(chunks(end.commandId)).toEqual([]);
  });

  it('is one of at most four', async () => {
    fixture.startAgent(aSnapd(), memoryJournalStore());
    const ids = Array.from({ length: LIMITS.streams + 1 }, () => follow());
    expect(await gateway.end(ids.at(-1)!)).toMatchObject({ state: 'failed', cause: 'too-many-streams' });
    for (const id of ids.slice(0, -1)) await gateway.until(() => chunks(id).length > 0);
  });
});
