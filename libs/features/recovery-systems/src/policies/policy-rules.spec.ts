import { judge, lastWords, occurrenceKey, type DueFacts, type Verdict } from './policy-rules';

const free: DueFacts = { author: { name: 'ann', mayOrder: true }, running: undefined };
const running = { name: 'Weekly', status: 'paused' };

describe('an occurrence of a policy', () => {
  it.each<[string, Partial<DueFacts>, Verdict]>([
    ['starts', {}, { kind: 'start' }],
    [
      'is left out while the rollout before is not over',
      { running },
      { kind: 'leave', outcome: 'skipped', reason: 'rollout "Weekly" is still paused' },
    ],
    [
      'is refused in the name of somebody who may not',
      { author: { name: 'ann', mayOrder: false }, running },
      { kind: 'leave', outcome: 'refused', reason: 'ann may not order rollouts any more' },
    ],
  ])('%s', (_, facts, verdict) => {
    expect(judge({ ...free, ...facts })).toEqual(verdict);
  });

  it('says what was missed', () => {
    expect([lastWords(undefined, 0), lastWords('why', 0)]).toEqual([null, 'why']);
    expect(lastWords(undefined, 1)).toBe('one occurrence before it was missed');
    expect(lastWords('why', 3)).toBe('why; 3 occurrences before it were missed');
  });

  it('has a key of its own', () => {
    const at = (hour: number) => occurrenceKey('p', new Date(Date.UTC(2026, 10, 27, hour)));
    expect(new Set([at(1), at(2), at(1)]).size).toBe(2);
  });
});
