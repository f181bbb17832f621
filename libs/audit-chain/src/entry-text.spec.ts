import fc from 'fast-check';
import { entryText, type EntryRow } from './entry-text';
import { hiddenPaths, hideAt } from './hidden';
import { aRow } from './testing/log';

describe('entryText', () => {
  it('is the entry as JSON, with the details as Postgres writes them', () => {
    expect(entryText(aRow(7, { remark: 'a "b"' }), [])).toBe(
      '{"id":7,"at":"2026-05-03T12:00:00.123456Z","actor":{"kind":"person","id":"u1","name":"ada"},' +
        '"source":"192.0.2.7","action":"rollout.approve","subject":{"kind":"rollout","id":"r1"},' +
        '"outcome":"done","remark":"a \\"b\\"","details":{"wave": 2}}',
    );
  });

  it.each<Partial<EntryRow>>([
    { id: '8' },
    { at: '2026-05-03T12:00:00.123457Z' },
    { actorKind: 'token' },
    { actorId: 'u2' },
    { actorName: 'Ada' },
    { source: null },
    { action: 'x' },
    { subjectKind: 'x' },
    { subjectId: 'x' },
    { outcome: 'refused' },
    { remark: '' },
    { details: '{"wave": 2.0}' },
  ])('is another one with %j', (changes) => {
    expect(entryText(aRow(7, changes), [])).not.toBe(entryText(aRow(7), []));
  });

  const secret = (pin: string, salt = 's'): EntryRow =>
    aRow(7, { details: JSON.stringify({ parameters: { pin, kept: 1 } }), salt });
  const HIDDEN = [['parameters', 'pin']];

  it('shows nothing of what is hidden, and is another one when that is edited', () => {
    const [one, same, other, salted] = [secret('1'), secret('1'), secret('2'), secret('1', 't')].map((row) =>
      entryText(row, HIDDEN),
    );
    expect(JSON.parse(String(one))).toMatchObject({ details: { parameters: { pin: '(hidden)', kept: 1 } } });
    expect(one).toBe(same);
    expect(one).not.toBe(other);
    expect(one).not.toBe(salted);
  });
});

describe('hidden values', () => {
  it.each([
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 1, b: { c: [1, { d: 2 }] } }, { a: 1, b: { c: [1, { d: '(hidden)' }] } }, [['b', 'c', 1, 'd']]],
    [{ a: { b: 1 } }, { a: '(hidden)' }, [['a']]],
    [[1, 2], { 0: 1, 1: 2 }, [[]]],
    [null, null, []],
  ])('of %j shown as %j are at %j', (details, shown, paths) => {
    expect(hiddenPaths(details, shown)).toEqual(paths);
  });

  it('are found where they were hidden', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(5), (details, take) => {
        const leaves = pathsOf(details);
        const chosen = leaves.filter((_, n) => n % (take + 1) === 0);
        const shown = hideAt(details, chosen);
        expect(hideAt(details, hiddenPaths(details, shown))).toEqual(shown);
      }),
    );
  });
});

function pathsOf(value: unknown, at: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([key, each]) =>
    pathsOf(each, [...at, Array.isArray(value) ? Number(key) : key]),
  );
}
