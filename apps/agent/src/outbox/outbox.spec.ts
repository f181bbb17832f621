import type { CommandReport } from '@corefleet/contracts/device-protocol';
import { silentLogger } from '../logger';
import { aChange } from '../testing/tables';
import { Outbox, type Report } from './outbox';

const change = (id: string, status = 'Doing'): Report => ({
  kind: 'change',
  body: { change: { ...aChange({ id }), status, tasks: undefined, 'spawn-time': '' } },
});
const command = (state: CommandReport['state']): Report => ({
  kind: 'command',
  body: { commandId: 'c', state, changeIds: [] },
});

function anOutbox(): Outbox {
  let n = 0;
  return new Outbox(
    () => (n += 1),
    () => undefined,
    silentLogger,
  );
}

const sent = (outbox: Outbox): { n: number; kind: string }[] =>
  (JSON.parse(outbox.nextFrame() ?? '{"items":[]}') as { items: { n: number; kind: string }[] }).items;
const numbers = (outbox: Outbox): number[] => sent(outbox).map(({ n }) => n);

describe('Outbox', () => {
  it('sends only the newest unsent snapshot of a change', () => {
    const outbox = anOutbox();
    for (const report of [change('1'), change('2'), change('1', 'Done')]) outbox.add(report);
    expect(numbers(outbox)).toEqual([2, 3]);
    expect(numbers(outbox)).toEqual([]);
  });

  it('keeps a snapshot that was sent until it is acknowledged', () => {
    const outbox = anOutbox();
    outbox.add(change('1'));
    numbers(outbox);
    outbox.add(change('1', 'Done'));
    expect(outbox.size).toBe(2);
    outbox.acknowledge([1], []);
    expect(outbox.size).toBe(1);
  });

  it('sends again what the link lost, the newest of each only', () => {
    const outbox = anOutbox();
    outbox.add(change('1'));
    outbox.add(command('accepted'));
    numbers(outbox);
    outbox.add(command('succeeded'));
    numbers(outbox);
    outbox.unsend();
    expect(numbers(outbox)).toEqual([1, 3]);
  });

  it('says whether the server has a report, cannot keep it, or it was dropped for lack of room', () => {
    const outbox = anOutbox();
    const settled: string[] = [];
    for (const id of ['1', '2', '3']) outbox.add(change(id), (outcome) => settled.push(`${id} ${outcome}`));
    outbox.nextFrame();
    outbox.acknowledge([1], [{ n: 2 }]);
    outbox.unsend();
    for (let at = 10; at < 2_010; at += 1) outbox.add(change(`${at}`));
    expect(settled).toEqual(['1 kept', '2 refused', '3 dropped']);
  });

  it('says when a report, or a newer one in its place, is settled', () => {
    const outbox = anOutbox();
    const settled: string[] = [];
    outbox.add(change('1'), () => settled.push('old'));
    outbox.add(change('1', 'Done'), () => settled.push('new'));
    expect(settled).toEqual(['old']);
    numbers(outbox);
    outbox.acknowledge([2], []);
    expect(settled).toEqual(['old', 'new']);
  });

  it('holds the limits of a frame and of what may be unacknowledged', () => {
    const outbox = anOutbox();
    for (let id = 1; id <= 250; id += 1) outbox.add(change(String(id)));
    const frames = [numbers(outbox), numbers(outbox), numbers(outbox)];
    expect(frames.map(({ length }) => length)).toEqual([100, 100, 0]);
    outbox.acknowledge(frames[0] ?? [], []);
    expect(numbers(outbox)).toHaveLength(50);
  });

  it('splits by bytes', () => {
    const outbox = anOutbox();
    for (const id of ['1', '2', '3'])
      outbox.add({ kind: 'fact', body: { name: 'snaps', digest: id, value: 'x'.repeat(200_000) } } as Report);
    // one fact is coalesced by name: the newest alone is left
    expect(numbers(outbox)).toEqual([3]);
    for (const name of ['systems', 'model', 'warnings'] as const)
      outbox.add({ kind: 'fact', body: { name, digest: name, value: 'x'.repeat(200_000) } });
    expect([numbers(outbox).length, numbers(outbox).length]).toEqual([2, 1]);
  });

  it('leaves out what no frame can hold', () => {
    const outbox = anOutbox();
    const fits = outbox.add({ kind: 'fact', body: { name: 'snaps', digest: 'x', value: 'x'.repeat(600_000) } });
    expect([fits, outbox.size]).toEqual([false, 0]);
  });
});
