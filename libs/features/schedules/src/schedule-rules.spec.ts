import { judge, missedWords, originWords, type DueFacts, type Verdict } from './schedule-rules';

const free: DueFacts = { author: { name: 'ann', mayOrder: true }, running: undefined, ifRunning: 'skip' };
const running = { name: 'Nightly', status: 'paused' };

describe('judge', () => {
  it.each<[string, Partial<DueFacts>, Verdict]>([
    ['starts', {}, { kind: 'start' }],
    ['starts a queued one when the way is free', { ifRunning: 'queue' }, { kind: 'start' }],
    [
      'leaves it out while the rollout before is not over',
      { running },
      { kind: 'leave', outcome: 'skipped', reason: 'rollout "Nightly" is still paused' },
    ],
    [
      'waits where it is queued',
      { running, ifRunning: 'queue' },
      { kind: 'wait', reason: 'rollout "Nightly" is still paused' },
    ],
    [
      'refuses in the name of somebody who may not',
      { author: { name: 'ann', mayOrder: false }, running, ifRunning: 'queue' },
      { kind: 'leave', outcome: 'refused', reason: 'ann may not order rollouts any more' },
    ],
  ])('%s', (_, facts, verdict) => {
    expect(judge({ ...free, ...facts })).toEqual(verdict);
  });
});

it('says what was missed', () => {
  expect([0, 1, 5].map(missedWords)).toEqual([
    undefined,
    'one occurrence before it was missed',
    '5 occurrences before it were missed',
  ]);
  const occurrence = new Date('2026-11-01T03:00Z');
  expect(originWords('Nightly', { occurrence, missed: 0 })).toBe('by schedule "Nightly", due 2026-11-01T03:00:00.000Z');
  expect(originWords('Nightly', { occurrence, missed: 1 })).toContain('; one occurrence before it was missed');
});
