import { judge, lastWords, occurrenceKey, originWords, type DueFacts, type Verdict } from './occurrence-rules';

const free: DueFacts = {
  makes: 'rollout',
  author: { name: 'ann', mayOrder: true },
  running: undefined,
  ifRunning: 'skip',
};
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

it.each([undefined, 'skip'])('leaves it out where ifRunning is %s', (ifRunning) => {
  expect(judge({ ...free, running, ifRunning })).toMatchObject({ kind: 'leave', outcome: 'skipped' });
});

it('says what was missed', () => {
  expect([lastWords(undefined, 0), lastWords('why', 0)]).toEqual([null, 'why']);
  expect(lastWords(undefined, 1)).toBe('one occurrence before it was missed');
  expect(lastWords('why', 3)).toBe('why; 3 occurrences before it were missed');
  const occurrence = new Date('2026-11-01T03:00Z');
  const [owner, due] = ['schedule "Nightly"', 'by schedule "Nightly", due 2026-11-01T03:00:00.000Z'];
  expect(originWords(owner, { occurrence, missed: 0 })).toBe(due);
  expect(originWords(owner, { occurrence, missed: 1 })).toBe(`${due}; one occurrence before it was missed`);
});

it('has a key for each occurrence of each row', () => {
  const at = (hour: number, kind = 'schedule') => occurrenceKey(kind, 'p', new Date(Date.UTC(2026, 10, 27, hour)));
  expect(new Set([at(1), at(2), at(1), at(1, 'recovery-policy')]).size).toBe(3);
});
