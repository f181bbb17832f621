import { decide, tally, type RolloutFacts, type WaveTally } from './rollout-state';

const wave = (number: number, status: string, counts: WaveTally['counts']): WaveTally => ({
  number,
  status,
  counts,
  size: Object.values(counts).reduce((a, b) => a + b, 0),
});

const rollout = (waves: WaveTally[], over: Partial<RolloutFacts> = {}): RolloutFacts => ({
  maxInFlight: 10,
  maxFailedPercent: 10,
  minFailed: 2,
  acceptedFailures: 0,
  waves,
  ...over,
});

describe('decide', () => {
  it.each<[string, RolloutFacts, object]>([
    ['starts the first wave', rollout([wave(1, 'pending', { pending: 5 })]), { kind: 'start-wave', wave: 1 }],
    ['claims up to the limit', rollout([wave(1, 'running', { pending: 30 })]), { kind: 'claim', wave: 1, limit: 10 }],
    [
      'counts what is in flight against the limit, in every wave',
      rollout([wave(1, 'passed', { running: 1, succeeded: 1 }), wave(2, 'running', { pending: 30, signed: 3 })]),
      { kind: 'claim', wave: 2, limit: 6 },
    ],
    [
      "leaves a passed wave's silent devices out of the limit",
      rollout([wave(1, 'passed', { signed: 8, running: 1 }), wave(2, 'running', { pending: 30 })]),
      { kind: 'claim', wave: 2, limit: 9 },
    ],
    ['waits while the limit is used up', rollout([wave(1, 'running', { pending: 3, running: 10 })]), { kind: 'wait' }],
    ['waits for the last device', rollout([wave(1, 'running', { rebooting: 1, succeeded: 9 })]), { kind: 'wait' }],
    [
      'passes a wave that is over',
      rollout([wave(1, 'running', { succeeded: 9, expired: 1 })]),
      { kind: 'pass-wave', wave: 1 },
    ],
    ['finishes after the last wave', rollout([wave(1, 'passed', { succeeded: 3 })]), { kind: 'finish' }],
    [
      'does not judge below the count floor',
      rollout([wave(1, 'running', { failed: 1, succeeded: 1 })]),
      { kind: 'pass-wave', wave: 1 },
    ],
    [
      'pauses when a wave breaches its limit, before it is over',
      rollout([wave(1, 'running', { failed: 1, lost: 1, running: 8 })]),
      { kind: 'pause', reason: '2 of 10 reached devices of wave 1 failed, limit 10 %' },
    ],
    [
      'judges late failures of earlier waves over the whole rollout',
      rollout([
        wave(1, 'passed', { failed: 1, succeeded: 9 }),
        wave(2, 'running', { unknown: 1, pending: 5, running: 4 }),
      ]),
      { kind: 'pause', reason: '2 of 15 reached devices of the whole rollout failed, limit 10 %' },
    ],
    [
      'goes on when a person accepted these failures',
      rollout([wave(1, 'running', { failed: 2, running: 8 })], { acceptedFailures: 2 }),
      { kind: 'wait' },
    ],
    [
      'pauses again on one more failure than accepted',
      rollout([wave(1, 'running', { failed: 3, running: 7 })], { acceptedFailures: 2 }),
      { kind: 'pause', reason: '3 of 10 reached devices of wave 1 failed, limit 10 %' },
    ],
    [
      'pauses when nothing can be judged',
      rollout([wave(1, 'running', { expired: 2, skipped: 1 })]),
      { kind: 'pause', reason: 'cannot judge wave 1: none of its 3 devices was reached' },
    ],
  ])('%s', (_, facts, decision) => {
    expect(decide(facts)).toEqual(decision);
  });
});

describe('tally', () => {
  it('counts as reached only devices that acknowledged', () => {
    expect(tally({ pending: 1, signed: 1, expired: 1, accepted: 1, lost: 1, succeeded: 2 })).toEqual({
      failed: 1,
      succeeded: 2,
      reached: 4,
      open: 3,
      underWay: 1,
    });
  });
});
