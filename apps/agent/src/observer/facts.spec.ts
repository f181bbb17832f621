import { SnapdClient, type SnapdTransport } from '@corefleet/snapd-client';
import { systemClock } from '../clock';
import { silentLogger } from '../logger';
import { Facts } from './facts';
import { SnapdWatch } from './snapd-watch';

/** Facts of a device of which every list is empty, read as soon as they are wished for. */
function someFacts() {
  const asked: string[] = [];
  const answer = { type: 'sync', 'status-code': 200, status: 'OK', result: [] };
  const transport: SnapdTransport = {
    request: ({ path }) => {
      asked.push(path);
      const text = () => Promise.resolve(JSON.stringify(answer));
      return Promise.resolve({ status: 200, headers: {}, text, stream: () => [] as never });
    },
    close: () => undefined,
  };
  const told: string[] = [];
  const facts = new Facts({
    client: new SnapdClient(transport),
    clock: { ...systemClock, after: (_ms, then) => (setImmediate(then), () => undefined) },
    watch: new SnapdWatch(() => undefined),
    logger: silentLogger,
    gatherMs: 0,
    readHost: () => Promise.resolve({ timeZone: 'UTC', disk: { free: 1, total: 2 } }),
    report: ({ name }) => told.push(name),
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 10));
  return { facts, asked, told, settled };
}

describe('Facts', () => {
  it('reads those that were named, once for all wishes of one moment', async () => {
    const { facts, asked, told, settled } = someFacts();
    facts.refresh(['snaps']);
    facts.refresh(['snaps', 'host']);
    await settled();
    expect(asked).toEqual(['/v2/snaps?select=all']);
    expect(told).toEqual(['snaps', 'host']);
  });

  it('reads all when none is named, and tells only what is another than it was', async () => {
    const { facts, asked, told, settled } = someFacts();
    facts.refresh(['snaps']);
    await settled();
    facts.refresh();
    await settled();
    expect(asked).toHaveLength(10);
    expect(told.filter((name) => name === 'snaps')).toHaveLength(1);
  });

  it('reads warnings when snapd says that there is a newer one', async () => {
    const { facts, asked, settled } = someFacts();
    for (const at of [undefined, '2026-01-01T00:00:00Z', undefined, '2026-01-01T00:00:00Z']) facts.warned(at);
    await settled();
    facts.warned('2026-01-01T00:00:00Z');
    await settled();
    expect(asked).toEqual(['/v2/warnings?select=all']);
  });

  it('reads nothing when nothing may have changed, or after it was stopped', async () => {
    const { facts, asked, settled } = someFacts();
    facts.refresh([]);
    facts.stop();
    facts.refresh();
    await settled();
    expect(asked).toEqual([]);
  });
});
