import { createHash } from 'node:crypto';
import { canonicalJson, withDifference } from '@corefleet/contracts/device-protocol';
import { SnapdClient, type SnapdTransport } from '@corefleet/snapd-client';
import { systemClock } from '../clock';
import { silentLogger } from '../logger';
import type { Report, Settled } from '../outbox/outbox';
import { Facts } from './facts';
import { SnapdWatch } from './snapd-watch';

interface Told {
  readonly report: Extract<Report, { kind: 'fact' | 'fact-difference' }>;
  readonly settled: Settled;
}

/** Facts of a device of which every list is the same, read as soon as they are wished for. */
function someFacts() {
  const asked: string[] = [];
  const answer = { type: 'sync', 'status-code': 200, status: 'OK', result: [] as unknown[] };
  const transport: SnapdTransport = {
    request: ({ path }) => {
      asked.push(path);
      const text = () => Promise.resolve(JSON.stringify(answer));
      return Promise.resolve({ status: 200, headers: {}, text, stream: () => [] as never });
    },
    close: () => undefined,
  };
  const told: string[] = [];
  const reports: Told[] = [];
  const facts = new Facts({
    client: new SnapdClient(transport),
    clock: { ...systemClock, after: (_ms, then) => (setImmediate(then), () => undefined) },
    watch: new SnapdWatch(() => undefined),
    logger: silentLogger,
    gatherMs: 0,
    readHost: () => Promise.resolve({ timeZone: 'UTC', disk: { free: 1, total: 2 } }),
    report: (report, settled) => {
      told.push(report.body.name);
      reports.push({ report, settled });
    },
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 10));
  const readSnaps = async (result: unknown[]): Promise<Told[]> => {
    answer.result = result;
    facts.refresh(['snaps']);
    await settled();
    return reports.splice(0);
  };
  return { facts, asked, told, settled, readSnaps };
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

describe('Facts, to a server that says what it has', () => {
  const snaps = (revision: string) =>
    Array.from({ length: 30 }, (_, at) => ({
      name: `snap-${at}`,
      revision: at === 7 ? revision : '1',
      summary: 'A snap',
    }));
  const digestOf = (value: unknown) => createHash('sha256').update(canonicalJson(value)).digest('base64url');

  it('tells nothing of a fact that the server has, and then the difference alone', async () => {
    const { facts, readSnaps } = someFacts();
    facts.serverHas({ snaps: digestOf(snaps('1')), model: 'another' });
    expect(await readSnaps(snaps('1'))).toEqual([]);
    const [told] = await readSnaps(snaps('2'));
    const body = { name: 'snaps', base: digestOf(snaps('1')), digest: digestOf(snaps('2')) };
    expect(told?.report).toMatchObject({ kind: 'fact-difference', body });
    const { difference } = told?.report.body as { difference: unknown };
    expect(difference).toEqual({ parts: [[0, 7], { is: [snaps('2')[7]] }, [8, 22]] });
    expect(withDifference(snaps('1'), difference)).toEqual(snaps('2'));
  });

  it('tells the whole when it does not know what the server has, and the difference once that is acknowledged', async () => {
    const { facts, readSnaps } = someFacts();
    facts.serverHas({ snaps: 'of another time' });
    const [first] = await readSnaps(snaps('1'));
    expect(first?.report.kind).toBe('fact');
    const [meanwhile] = await readSnaps(snaps('2'));
    expect(meanwhile?.report.kind).toBe('fact');
    first?.settled('dropped'); // it was not sent yet, and the next one stands for it
    meanwhile?.settled('kept');
    expect((await readSnaps(snaps('3')))[0]?.report).toMatchObject({
      kind: 'fact-difference',
      body: { base: digestOf(snaps('2')) },
    });
  });

  it('reads and tells the whole once more when the server could not apply a difference', async () => {
    const { facts, readSnaps } = someFacts();
    facts.serverHas({ snaps: digestOf(snaps('1')) });
    await readSnaps(snaps('1'));
    const [difference] = await readSnaps(snaps('2'));
    difference?.settled('refused');
    const [whole] = await readSnaps(snaps('2'));
    expect(whole?.report).toMatchObject({ kind: 'fact', body: { digest: digestOf(snaps('2')) } });
    whole?.settled('refused');
    expect(await readSnaps(snaps('2'))).toEqual([]);
  });

  it('tells the whole at the next reading when there was no room for it, or for a difference', async () => {
    const { facts, readSnaps } = someFacts();
    facts.serverHas({});
    (await readSnaps(snaps('1')))[0]?.settled('dropped');
    const [again] = await readSnaps(snaps('1'));
    expect(again?.report).toMatchObject({ kind: 'fact', body: { digest: digestOf(snaps('1')) } });
    again?.settled('kept');
    (await readSnaps(snaps('2')))[0]?.settled('dropped');
    expect((await readSnaps(snaps('2')))[0]?.report.kind).toBe('fact');
  });

  it('tells again what a server has no more, and the whole where a difference spares little', async () => {
    const { facts, readSnaps } = someFacts();
    facts.serverHas({});
    (await readSnaps(snaps('1')))[0]?.settled('kept');
    expect((await readSnaps([{ name: 'other', revision: '1' }]))[0]?.report.kind).toBe('fact');
    facts.serverHas({});
    expect(await readSnaps([{ name: 'other', revision: '1' }])).toEqual([]); // on its way
  });

  it('tells an older server wholes alone', async () => {
    const { facts, readSnaps } = someFacts();
    facts.serverHas(undefined);
    (await readSnaps(snaps('1')))[0]?.settled('kept');
    expect((await readSnaps(snaps('2')))[0]?.report.kind).toBe('fact');
  });
});
