import { Readable } from 'node:stream';
import { SnapdClient, type Change, type SnapdTransport } from '@corefleet/snapd-client';
import { systemClock } from '../clock';
import { silentLogger } from '../logger';
import { aChange } from '../testing/tables';
import { ChangeTracker } from './change-tracker';
import { SnapdWatch } from './snapd-watch';

const nobody: SnapdTransport['request'] = () => Promise.reject(new Error('nobody answers'));

function aTracker(answer = nobody) {
  const asked: string[] = [];
  const transport: SnapdTransport = {
    request: (request) => {
      asked.push(request.path);
      return answer(request);
    },
    close: () => undefined,
  };
  const reported: { id: string; commandId: string | undefined }[] = [];
  const tracker = new ChangeTracker({
    client: new SnapdClient(transport),
    clock: systemClock,
    intervals: { firstMs: 1000, longestMs: 1000 },
    watch: new SnapdWatch(() => undefined),
    logger: silentLogger,
    report: ({ change, commandId }) => reported.push({ id: change.id, commandId }),
  });
  return { tracker, reported, asked };
}

const first = aChange({ id: '7', 'spawn-time': '2026-01-01T00:00:00Z' });
const other = aChange({ id: '7', 'spawn-time': '2027-01-01T00:00:00Z' });

describe('ChangeTracker', () => {
  it('reports a change once, and again when it has changed', () => {
    const { tracker, reported } = aTracker();
    for (const change of [first, first, { ...first, status: 'Error' as const }]) tracker.takeAll([change]);
    expect(reported).toHaveLength(2);
  });

  it('knows whose a change is by the time of its making, where that was read', () => {
    const { tracker, reported } = aTracker();
    tracker.claim('7', 'c');
    expect([first, other].map((change) => tracker.isClaimedByOther(change, 'd'))).toEqual([true, true]);
    tracker.takeAll([first]);
    expect([first, other].map((change) => tracker.isClaimedByOther(change, 'd'))).toEqual([true, false]);
    expect(tracker.isClaimedByOther(first, 'c')).toBe(false);
    tracker.takeAll([other]);
    expect(reported).toEqual([
      { id: '7', commandId: 'c' },
      { id: '7', commandId: undefined },
    ]);
  });

  it('ends the following of a change whose id is another one’s now', async () => {
    const { tracker } = aTracker();
    tracker.claim('7', 'c', '2026-01-01T00:00:00Z');
    const followed = tracker.follow('7', () => undefined);
    tracker.takeAll([other]);
    expect(await followed).toEqual({ kind: 'forgotten' });
    tracker.stop();
  });

  it('reads no more of a change that was ready, unless somebody follows it or the list begins anew', async () => {
    const { tracker, reported, asked } = aTracker();
    tracker.takeAll([first]);
    tracker.hint('7');
    expect(asked).toEqual([]);
    void tracker.follow('7', () => undefined);
    expect(asked).toEqual(['/v2/changes/7']);
    tracker.takeAll([{ ...other, ready: false }]);
    tracker.hint('7');
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked.length).toBeGreaterThan(1);
    expect(reported).toHaveLength(2);
    tracker.stop();
  });

  it.each([
    { ready: true, reads: 1 },
    { ready: false, reads: 2 },
  ])('reads a change again that was hinted while it was read, unless it is ready: $ready', async ({ ready, reads }) => {
    const text = JSON.stringify({ type: 'sync', result: { ...first, ready } });
    const { tracker, asked } = aTracker(() =>
      Promise.resolve({ status: 200, headers: {}, text: () => Promise.resolve(text), stream: () => Readable.from([]) }),
    );
    tracker.hint('7');
    tracker.hint('7');
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toHaveLength(reads);
    tracker.stop();
  });

  it('keeps the owner of a change that a list does not have yet', () => {
    const { tracker, reported } = aTracker();
    tracker.claim('7', 'c');
    tracker.takeAll([first]);
    tracker.takeAll([]);
    tracker.takeAll([first]);
    expect(reported.map(({ commandId }) => commandId)).toEqual(['c', 'c']);
  });

  it('remembers no more than snapd may have', () => {
    const { tracker } = aTracker();
    const changes = Array.from({ length: 1500 }, (_none, at): Change => aChange({ id: String(at) }));
    for (const { id } of changes) tracker.claim(id, 'c');
    expect(changes.filter((change) => tracker.isClaimedByOther(change, 'd'))).toEqual(changes.slice(500));
  });
});
