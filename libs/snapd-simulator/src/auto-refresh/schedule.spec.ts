import { DEFAULT_TIMER, nextDue } from './schedule';

const at = (text: string): number => Date.parse(text);
const due = (timer: string, after: string, share = 0.5): string | undefined => {
  const ms = nextDue(timer, at(after), share);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

describe('refresh.timer', () => {
  it.each([
    [DEFAULT_TIMER, '2026-11-20T14:00:00Z', '2026-11-20T15:00:00.000Z'],
    [DEFAULT_TIMER, '2026-11-20T15:00:00Z', '2026-11-20T21:00:00.000Z'],
    [DEFAULT_TIMER, '2026-11-20T22:00:00Z', '2026-11-21T03:00:00.000Z'],
    ['10:00-12:00', '2026-11-20T10:00:00Z', '2026-11-21T10:00:00.000Z'],
    ['mon,09:00', '2026-11-20T10:00:00Z', '2026-11-23T09:00:00.000Z'],
    ['mon,09:00,,fri,15:00', '2026-11-20T10:00:00Z', '2026-11-20T15:00:00.000Z'],
    ['sat-sun,09:00', '2026-11-20T10:00:00Z', '2026-11-21T09:00:00.000Z'],
    ['mon1,09:00', '2026-11-20T10:00:00Z', '2026-12-07T09:00:00.000Z'],
    ['fri5,23:00-24:00', '2026-11-20T10:00:00Z', '2026-11-27T23:00:00.000Z'],
  ])('%s comes due after %s at %s', (timer, after, expected) => {
    expect(due(timer, after)).toBe(expected);
  });

  it('puts devices anywhere in a spread span, and all at the begin of any other', () => {
    expect([0, 0.25].map((share) => due('00:00~04:00', '2026-11-20T12:00:00Z', share))).toEqual([
      '2026-11-21T00:00:00.000Z',
      '2026-11-21T01:00:00.000Z',
    ]);
    expect(due('02:00-04:00', '2026-11-20T12:00:00Z', 0.9)).toBe('2026-11-21T02:00:00.000Z');
  });

  it('never comes due when managed', () => expect(due('managed', '2026-11-20T12:00:00Z')).toBeUndefined());
});
