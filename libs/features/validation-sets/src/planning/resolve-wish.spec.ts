import type { ValidationSetWish } from '@corefleet/contracts/http';
import { InvalidRequestError } from '@corefleet/platform/errors';
import { resolveWish } from './resolve-wish';

const aWish = (but: Partial<ValidationSetWish> = {}): ValidationSetWish => ({
  ...{ set: 'acme/base', mode: 'enforce', allowRemovals: false, saveSnapshots: true, followLatest: false },
  ...but,
});

const imported = [
  { sequence: 14, bad: 'bricks the modem' },
  { sequence: 13, bad: null },
  { sequence: 9, bad: null },
];

describe('the wish for a set', () => {
  it('for the latest becomes the newest that is imported and not bad', () => {
    expect(resolveWish(aWish({ sequence: 'latest' }), imported).sequence).toBe(13);
    expect(resolveWish(aWish({ sequence: 9, mode: 'monitor' }), imported).sequence).toBe(9);
  });

  it('can be resolved again', () => {
    const resolved = resolveWish(aWish({ sequence: 'latest', followLatest: true }), imported);
    expect(resolveWish(resolved, imported)).toEqual(resolved);
  });

  it.each<[Partial<ValidationSetWish>, typeof imported, string, string]>([
    [{}, imported, 'sequence', 'is missing: name a sequence, or "latest"'],
    [{ sequence: 'latest' }, [], 'set', 'is not imported: no sequence of acme/base is known'],
    [{ sequence: 'latest' }, imported.slice(0, 1), 'sequence', 'every imported sequence of acme/base is marked bad'],
    [{ sequence: 12 }, imported, 'sequence', 'is not imported: acme/base is known at 14, 13, 9'],
    [{ sequence: 14 }, imported, 'sequence', 'is marked bad: bricks the modem'],
    [{ sequence: 9, followLatest: true }, imported, 'followLatest', 'a sequence that is not the newest: 13'],
    [{ sequence: 9, mode: 'forget' }, [], 'sequence', 'is not for forgetting'],
    [{ followLatest: true, mode: 'forget' }, [], 'followLatest', 'is not for forgetting'],
  ])('%j is refused, naming the field', (but, sequences, field, words) => {
    const resolving = (): unknown => resolveWish(aWish(but), sequences);
    expect(resolving).toThrow(InvalidRequestError);
    expect(resolving).toThrow(`cannot plan rollout: does.validationSet.${field}`);
    expect(resolving).toThrow(words);
  });
});
