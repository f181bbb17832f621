import type { InstalledSnap, ValidationSet } from '@corefleet/validation-set-rules';
import { driftWords } from './drift';
import { reasonsOf, type Judged } from './reasons';

const content: ValidationSet = {
  ...{ accountId: 'acme', name: 'base', sequence: 14 },
  snaps: [
    {
      name: 'x',
      id: 'X',
      presence: 'required',
      revision: '14',
      components: { c: { presence: 'required', revision: '2' } },
    },
    { name: 'y', id: 'Y', presence: 'required' },
    { name: 'z', id: 'Z', presence: 'invalid' },
  ],
};
const snap = (name: string, revision: string, components: Record<string, string> = {}): InstalledSnap => ({
  ...{ name, id: name.toUpperCase(), revision, components },
});
const words = (judged: Partial<Judged>): string[] =>
  reasonsOf({ sequence: 14, asked: null, content, installed: [], ...judged }).map((reason) => reason.words);

describe('why a device is not as a set wants it', () => {
  it.each<[string, Partial<Judged>, string[]]>([
    ['nothing', { installed: [snap('x', '14', { c: '2' }), snap('y', '1')] }, []],
    [
      'each snap and component',
      { installed: [snap('x', '12', { c: '1' }), snap('z', '3')] },
      [
        'snap "x" at 12, wants 14',
        'snap "y" missing',
        'snap "z" at 3 must not be there',
        'component "x+c" at 1, wants 2',
      ],
    ],
    [
      'a snap that is missing at a revision',
      { installed: [snap('y', '1')] },
      ['snap "x" missing, wants 14', 'component "x+c" missing, wants 2'],
    ],
    [
      'another sequence',
      { sequence: 13, asked: 14, installed: [snap('x', '14', { c: '2' }), snap('y', '1')] },
      ['at sequence 13, wants 14'],
    ],
    [
      'no sequence',
      { sequence: null, asked: 14, installed: [snap('x', '14', { c: '2' }), snap('y', '1')] },
      ['at no sequence, wants 14'],
    ],
    [
      'a sequence that nobody imported',
      { sequence: 15, content: undefined },
      ['sequence 15 is not imported, so what it asks for is not known'],
    ],
    ['snaps that the device does not tell', { installed: undefined }, ['the device has not said which snaps it has']],
  ])('is %s', (_, judged, expected) => {
    expect(words(judged)).toEqual(expected);
  });
});

describe('drift', () => {
  const enforce = (pinnedAt: number | null) => ({ mode: 'enforce', pinnedAt });
  const none = { mode: null, pinnedAt: null };

  it.each([
    [enforce(14), enforce(13), 'pinned at 14, shows 13'],
    [enforce(14), enforce(null), 'pinned at 14, shows no pin'],
    [enforce(null), enforce(13), 'not pinned, shows 13'],
    [enforce(14), { mode: 'monitor', pinnedAt: 14 }, 'enforce, pinned at 14, shows monitor, pinned at 14'],
    [enforce(14), none, 'enforce, pinned at 14, shows nothing'],
    [none, enforce(null), 'forgotten, shows enforce, not pinned'],
  ])('of %j and %j is said in words', (left, shows, expected) => {
    expect(driftWords(left, shows)).toBe(expected);
  });
});
