import type { ValidationSetAssertion, ValidationSetSnap } from '../snaps/store';
import { unmet } from './verdict';
import { conflictText, unmetText } from './verdict-texts';

const aSet = (name: string, snap: Omit<ValidationSetSnap, 'name'>): ValidationSetAssertion => ({
  accountId: 'acme',
  name,
  sequence: 1,
  snaps: [{ name: 'x', ...snap }],
});

const there = (revision: number | undefined) => (revision === undefined ? undefined : { revision });

const REQUIRED = { presence: 'required' as const };
const OPTIONAL = { presence: 'optional' as const };
const INVALID = { presence: 'invalid' as const };

describe('the verdict on a combination of validation sets (§6.5)', () => {
  it.each([
    [[REQUIRED, INVALID], 'as both invalid (acme/b) and required at any revision (acme/a)'],
    [[{ ...REQUIRED, revision: 5 }, INVALID], 'as both invalid (acme/b) and required at revision 5 (acme/a)'],
    [
      [
        { ...REQUIRED, revision: 5 },
        { ...REQUIRED, revision: 6 },
      ],
      'at different revisions 5 (acme/a), 6 (acme/b)',
    ],
    [
      [{ ...OPTIONAL, revision: 1 }, { ...REQUIRED, revision: 2 }, REQUIRED],
      'at different revisions 1 (acme/a), 2 (acme/b) or required at any revision (acme/c)',
    ],
  ])('calls %j a conflict', (snaps, text) => {
    const sets = snaps.map((snap, at) => aSet('abc'[at] ?? '', snap));
    expect(conflictText(sets)).toBe(`validation sets are in conflict:\n- cannot constrain snap "x" ${text}`);
  });

  it.each([
    ['required, absent', [REQUIRED], undefined, 'missing required snaps', 'required at any revision by sets acme/a'],
    [
      'required and optionally pinned, absent',
      [REQUIRED, { ...OPTIONAL, revision: 1 }],
      undefined,
      'missing required snaps',
      'required at any revision by sets acme/a, at revision 1 by sets acme/b',
    ],
    [
      'required beside optional, absent',
      [OPTIONAL, REQUIRED],
      undefined,
      'missing required snaps',
      'required at any revision by sets acme/a,acme/b',
    ],
    ['invalid, installed', [INVALID], 1, 'invalid snaps', 'invalid for sets acme/a'],
    [
      'optional with two pins, installed',
      [
        { ...OPTIONAL, revision: 1 },
        { ...OPTIONAL, revision: 2 },
      ],
      1,
      'invalid snaps',
      'invalid for sets acme/a,acme/b',
    ],
    [
      'optional at another revision, installed',
      [{ ...OPTIONAL, revision: 2 }],
      1,
      'snaps at wrong revisions',
      'required at revision 2 by sets acme/a',
    ],
  ])('finds %s unmet', (_what, snaps, installed, title, about) => {
    const sets = snaps.map((snap, at) => aSet('abc'[at] ?? '', snap));
    const lacking = unmet(sets, () => there(installed));
    expect(conflictText(sets)).toBeUndefined();
    expect(lacking && unmetText(lacking)).toBe(
      `validation sets assertions are not met:\n- ${title}:\n  - x (${about})`,
    );
  });

  it.each([
    ['optional at a revision, absent', [{ ...OPTIONAL, revision: 2 }], undefined],
    [
      'optional with two pins, absent',
      [
        { ...OPTIONAL, revision: 1 },
        { ...OPTIONAL, revision: 2 },
      ],
      undefined,
    ],
    ['required at the installed revision', [{ ...REQUIRED, revision: 1 }, REQUIRED, OPTIONAL], 1],
    ['invalid, absent', [INVALID, { ...OPTIONAL, revision: 5 }], undefined],
  ])('finds %s met', (_what, snaps, installed) => {
    const sets = snaps.map((snap, at) => aSet('abc'[at] ?? '', snap));
    expect([conflictText(sets), unmet(sets, () => there(installed))]).toEqual([undefined, undefined]);
  });

  it('calls components a conflict also where their snap may not be', () => {
    const part = (revision: number) => ({ c: { presence: 'required' as const, revision } });
    const sets = [
      aSet('a', { ...OPTIONAL, revision: 1, components: part(3) }),
      aSet('b', { ...OPTIONAL, revision: 2, components: part(4) }),
    ];
    expect(conflictText(sets)).toBe(
      'validation sets are in conflict:\n' +
        '- cannot constrain component "x+c" at different revisions 3 (acme/a), 4 (acme/b)',
    );
  });
});
