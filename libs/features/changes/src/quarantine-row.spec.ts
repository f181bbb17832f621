import { quarantineRow } from './quarantine-row';

const kept = (item: unknown): unknown =>
  JSON.parse(quarantineRow({ enrolmentId: 'e', journalEpoch: 1, number: 1, reason: 'cannot store item', item }).item);

const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;

const about = { commandId: 'c', state: 'failed', cause: 'snapd-refused', changeIds: ['1'] };
const shown = { result: { key: '123' }, snapdValue: { email: 'a@b' }, undo: [{ operation: 'log-in' }] };
const leftOut = { result: '(left out)', snapdValue: '(left out)', undo: '(left out)' };

describe('quarantineRow', () => {
  it('keeps a command report without what the device has shown', () => {
    expect(kept({ ...about, ...shown })).toEqual({ ...about, ...leftOut });
  });

  it('keeps an item that could not be read without it too', () => {
    const item = { n: 1, kind: 'command', more: true };
    expect(kept({ ...item, body: { ...about, ...shown } })).toEqual({ ...item, body: { ...about, ...leftOut } });
  });

  it('keeps the rest of a report whose result was nested too deeply', () => {
    expect(kept({ ...about, result: nested(100) })).toEqual({ ...about, result: '(left out)' });
  });

  it.each([[{ change: { id: '1', data: { result: 1 } } }], [['result']], ['result'], [null]])(
    'keeps %j as it is',
    (item) => {
      expect(kept(item)).toEqual(item);
    },
  );

  it('keeps what is nested too deeply as no more than that', () => {
    expect(kept({ change: nested(100) })).toEqual({ dropped: 'nested deeper than 64 levels' });
  });
});
