import type { Gate, WaveGate } from '@corefleet/contracts/http';
import { decide, type RolloutFacts, type WaveFacts } from './rollout-state';
import type { Counts } from './tally';

const now = new Date('2026-11-27T14:03:00.000Z');
const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);

const wave = (number: number, status: string, counts: Counts, over: Partial<WaveFacts> = {}): WaveFacts => ({
  ...{ number, status, counts, gate: {}, startedAt: ago(600), settledAt: ago(60) },
  size: Object.values(counts).reduce((sum, count) => sum + count, 0),
  ...over,
});

const gate = (over: Partial<Gate> = {}): Gate => ({
  ...{ maxFailedPercent: 10, minFailed: 1, minReached: { count: 1 }, soakSeconds: 0, onFailure: 'pause', ...over },
});

const rollout = (waves: WaveFacts[], over: Partial<RolloutFacts> = {}): RolloutFacts => ({
  ...{ now, status: 'running', reason: null, gate: gate(), acceptedFailures: 0, lateJoiners: false },
  ...{ startAt: null, expiresAt: ago(-3600), finishedAt: null, waves },
  ...over,
});

const gated = (own: WaveGate, counts: Counts, over: Partial<RolloutFacts> = {}): RolloutFacts =>
  rollout([wave(1, 'running', counts, { gate: own }), wave(2, 'pending', { pending: 10 })], over);

const words = '6 of 40 reached devices failed, limit 10 %';
const bad = { failed: 6, succeeded: 34 };

describe('decide', () => {
  it.each<[string, RolloutFacts, object]>([
    ['waits for its start', rollout([], { status: 'scheduled', startAt: ago(-1) }), { kind: 'wait' }],
    ['starts when it is time', rollout([], { status: 'scheduled', startAt: ago(0) }), { kind: 'start' }],
    ['starts at once without a time', rollout([], { status: 'scheduled' }), { kind: 'start' }],
    ['leaves a draft alone', rollout([], { status: 'draft' }), { kind: 'wait' }],
    ['starts the first wave', rollout([wave(1, 'pending', { pending: 3 })]), { kind: 'start-wave', wave: 1 }],
    ['starts the second after the first', rollout([wave(1, 'passed', { succeeded: 1 }), wave(2, 'pending', { pending: 3 })]), { kind: 'start-wave', wave: 2 }], // prettier-ignore
    ['does not count the wave of those left out', rollout([wave(0, 'pending', { skipped: 9 }), wave(1, 'passed', { succeeded: 1 })]), { kind: 'finish' }], // prettier-ignore
    ['claims for a wave under way', rollout([wave(1, 'running', { pending: 3, running: 1 })]), { kind: 'claim' }],
    ['waits for who is under way', rollout([wave(1, 'running', { running: 1, succeeded: 1 })]), { kind: 'wait' }],
    ['passes a wave whose devices are done', rollout([wave(1, 'running', { succeeded: 9, failed: 1 })]), { kind: 'pass-wave', wave: 1 }], // prettier-ignore
    ['passes a wave although some are away', rollout([wave(1, 'running', { succeeded: 9, away: 30 })]), { kind: 'pass-wave', wave: 1 }], // prettier-ignore
    ['does not pass a wave that waits for a window', rollout([wave(1, 'running', { succeeded: 9, waiting: 1 })]), { kind: 'claim' }], // prettier-ignore
    ['soaks a wave that is to soak', gated({ soakSeconds: 60 }, { succeeded: 9 }), { kind: 'soak-wave', wave: 1 }],
    ['waits while it soaks', rollout([wave(1, 'soaking', { succeeded: 9 }, { gate: { soakSeconds: 61 } })]), { kind: 'wait' }], // prettier-ignore
    ['passes what has soaked', rollout([wave(1, 'soaking', { succeeded: 9 }, { gate: { soakSeconds: 60 } })]), { kind: 'pass-wave', wave: 1 }], // prettier-ignore
    ['finishes when every wave has passed', rollout([wave(1, 'passed', { succeeded: 9 })]), { kind: 'finish', reason: null }], // prettier-ignore
    ['stays open for late joiners', rollout([wave(1, 'passed', { succeeded: 9 })], { lateJoiners: true }), { kind: 'wait' }], // prettier-ignore
    ['says that it waits for stragglers', rollout([wave(1, 'passed', { succeeded: 9, away: 30 })]), { kind: 'say', reason: 'waiting for 30 devices that are away, until 2026-11-27T15:03:00.000Z' }], // prettier-ignore
    ['looks whether stragglers are back', rollout([wave(1, 'passed', { away: 1 })], { reason: 'waiting for 1 device that is away, until 2026-11-27T15:03:00.000Z' }), { kind: 'claim' }], // prettier-ignore
    ['skips the targets of a skipped wave', rollout([wave(1, 'skipped', { pending: 3 })]), { kind: 'skip-targets', wave: 1 }], // prettier-ignore
    ['goes on after a skipped wave', rollout([wave(1, 'skipped', { skipped: 3 }), wave(2, 'pending', { pending: 1 })]), { kind: 'start-wave', wave: 2 }], // prettier-ignore

    ['asks devices before the first wave', rollout([wave(1, 'pending', { 'precheck:pending': 3 }), wave(2, 'pending', { 'precheck:offered': 1 })]), { kind: 'say', reason: 'asks 4 devices whether they could' }], // prettier-ignore
    ['asks those that have not been', rollout([wave(1, 'pending', { 'precheck:pending': 1 })], { reason: 'asks 1 device whether they could' }), { kind: 'claim' }], // prettier-ignore
    ['begins without those that could not be asked', rollout([wave(1, 'pending', { pending: 1, 'precheck:away': 1, 'precheck:waiting': 1 })]), { kind: 'start-wave', wave: 1 }], // prettier-ignore
    ['does not wait for those that could not be asked', rollout([wave(1, 'running', { succeeded: 1, 'precheck:away': 1, 'precheck:skipped': 1 })]), { kind: 'pass-wave', wave: 1 }], // prettier-ignore
    ['cancels who was not asked when it is stopped', rollout([wave(1, 'pending', { 'precheck:away': 1 })], { status: 'stopped' }), { kind: 'give-up', state: 'cancelled', why: 'the rollout was stopped' }], // prettier-ignore
    ['pauses in words', rollout([wave(1, 'running', { ...bad, pending: 5 })]), { kind: 'pause', reason: words }],
    ['stops when it is to stop', rollout([wave(1, 'running', bad)], { gate: gate({ onFailure: 'stop' }) }), { kind: 'stop', reason: words }], // prettier-ignore
    ['rolls back when it is to roll back', rollout([wave(1, 'running', bad)], { gate: gate({ onFailure: 'roll-back' }) }), { kind: 'roll-back', reason: words }], // prettier-ignore
    ['rolls back also while a person has paused it', rollout([wave(1, 'running', bad)], { status: 'paused', gate: gate({ onFailure: 'roll-back' }) }), { kind: 'roll-back', reason: words }], // prettier-ignore
    ['is not paused twice', rollout([wave(1, 'running', bad)], { status: 'paused' }), { kind: 'wait' }],
    ['judges a late failure of a wave that has passed', rollout([wave(1, 'passed', { succeeded: 8, 'late-failure': 2 }), wave(2, 'running', { pending: 1 })]), { kind: 'pause', reason: '2 of 10 reached devices failed, limit 10 %' }], // prettier-ignore
    ['counts a lost device as failed', rollout([wave(1, 'running', { lost: 1, succeeded: 1 })]), { kind: 'pause', reason: '1 of 2 reached devices failed, limit 10 %' }], // prettier-ignore
    ['counts a late success as one', rollout([wave(1, 'running', { 'late-success': 1, succeeded: 1 })]), { kind: 'pass-wave', wave: 1 }], // prettier-ignore
    ['does not break below the floor', rollout([wave(1, 'running', { failed: 1, running: 9 })], { gate: gate({ minFailed: 2 }) }), { kind: 'wait' }], // prettier-ignore
    ['does not break at the limit itself', rollout([wave(1, 'running', { failed: 1, succeeded: 9 })]), { kind: 'pass-wave', wave: 1 }], // prettier-ignore
    ['judges a wave on its own', rollout([wave(1, 'passed', { succeeded: 90 }), wave(2, 'running', { failed: 2, succeeded: 8 })]), { kind: 'pause', reason: '2 of 10 reached devices of wave 2 failed, limit 10 %' }], // prettier-ignore
    ['judges a wave by its own limit', gated({ maxFailedPercent: 50 }, { failed: 1, succeeded: 1 }, { gate: gate({ maxFailedPercent: 60 }) }), { kind: 'pass-wave', wave: 1 }], // prettier-ignore
    ['lives with failures that a person accepted', rollout([wave(1, 'running', bad)], { acceptedFailures: 6 }), { kind: 'pass-wave', wave: 1 }], // prettier-ignore
    ['breaks again on a further one', rollout([wave(1, 'running', bad)], { acceptedFailures: 5 }), { kind: 'pause', reason: words }], // prettier-ignore

    ['waits for as many as it wants reached', gated({ minReached: { count: 5 } }, { succeeded: 4, away: 6 }), { kind: 'say', reason: 'wave 1 waits for devices that are away: 4 of 10 reached, wanted 5' }], // prettier-ignore
    ['wants no more than it has', gated({ minReached: { count: 5 } }, { succeeded: 4, skipped: 1 }), { kind: 'pass-wave', wave: 1 }], // prettier-ignore
    ['wants a share of its devices', gated({ minReached: { percent: 40 } }, { succeeded: 4, away: 6 }), { kind: 'pass-wave', wave: 1 }], // prettier-ignore
    ['asks a person when nobody was reached', gated({}, { expired: 2, skipped: 1 }), { kind: 'pause', reason: 'cannot judge wave 1: none of its 3 devices was reached' }], // prettier-ignore
    ['asks a person when its one device was not reached', gated({}, { expired: 1 }), { kind: 'pause', reason: 'cannot judge wave 1: its one device was not reached' }], // prettier-ignore
    ['asks a person when too few were', gated({ minReached: { count: 3 } }, { succeeded: 2, expired: 1 }), { kind: 'pause', reason: 'cannot judge wave 1: only 2 of its 3 devices were reached, wanted 3' }], // prettier-ignore
    ['fails when too few succeeded', gated({ minSucceededPercent: 95 }, { failed: 1, succeeded: 9 }), { kind: 'pause', reason: 'only 9 of 10 reached devices of wave 1 succeeded, wanted 95 %' }], // prettier-ignore
    ['passes by its time-box who was reached', gated({ timeBoxSeconds: 600 }, { succeeded: 4, running: 1, pending: 5 }), { kind: 'pass-wave', wave: 1 }], // prettier-ignore
    ['is not judged before its time-box is over', gated({ timeBoxSeconds: 601 }, { succeeded: 4, running: 1 }), { kind: 'wait' }], // prettier-ignore
    ['asks a person when its time-box reached too few', gated({ timeBoxSeconds: 600, minReached: { count: 5 } }, { succeeded: 4, away: 6 }), { kind: 'pause', reason: 'cannot judge wave 1: only 4 of its 10 devices were reached within 10 min, wanted 5' }], // prettier-ignore
    ['asks a person when its time-box leaves it open', gated({ timeBoxSeconds: 600, minSucceededPercent: 90 }, { succeeded: 4, running: 1 }), { kind: 'pause', reason: 'only 4 of 5 reached devices of wave 1 succeeded, wanted 90 %' }], // prettier-ignore

    ['gives up who was not reached in time', rollout([wave(1, 'running', { pending: 3, running: 1 })], { expiresAt: now }), { kind: 'give-up', state: 'expired', why: 'the rollout has expired' }], // prettier-ignore
    ['gives up also while it is paused', rollout([wave(1, 'running', { away: 3 })], { status: 'paused', expiresAt: now }), { kind: 'give-up', state: 'expired', why: 'the rollout has expired' }], // prettier-ignore
    ['lets who is under way come to its end', rollout([wave(1, 'running', { expired: 3, running: 1 })], { expiresAt: now }), { kind: 'wait' }], // prettier-ignore
    ['finishes when its time is over', rollout([wave(1, 'running', { expired: 3, succeeded: 1 })], { expiresAt: now }), { kind: 'finish', reason: 'expired: 3 devices not reached in time' }], // prettier-ignore

    ['takes back what was not begun when it is stopped', rollout([wave(1, 'running', { away: 1, running: 1 })], { status: 'stopped' }), { kind: 'give-up', state: 'cancelled', why: 'the rollout was stopped' }], // prettier-ignore
    ['waits for who is under way when it is stopped', rollout([wave(1, 'running', { cancelled: 1, running: 1 })], { status: 'stopped' }), { kind: 'wait' }], // prettier-ignore
    ['leaves who had not begun its way back when that is stopped', rollout([wave(1, 'running', { 'rollback:away': 1 })], { status: 'stopped' }), { kind: 'give-up', state: 'cancelled', why: 'the rollout was stopped' }], // prettier-ignore
    ['waits for who is on its way back when that is stopped', rollout([wave(1, 'running', { 'rollback:running': 1 })], { status: 'stopped' }), { kind: 'wait' }], // prettier-ignore
    ['closes when nobody is open', rollout([wave(1, 'running', { cancelled: 2 })], { status: 'stopped' }), { kind: 'close' }], // prettier-ignore
    ['leaves a closed one alone', rollout([wave(1, 'running', { cancelled: 2 })], { status: 'stopped', finishedAt: now }), { kind: 'wait' }], // prettier-ignore

    ['turns back who has ended', rollout([wave(1, 'passed', { succeeded: 2, running: 1 })], { status: 'rolling-back' }), { kind: 'turn-back' }], // prettier-ignore
    ['turns back whose success was heard late', rollout([wave(1, 'passed', { 'late-success': 1 })], { status: 'rolling-back' }), { kind: 'turn-back' }], // prettier-ignore
    ['waits for who is still under way', rollout([wave(1, 'passed', { running: 1, skipped: 3, cancelled: 2 })], { status: 'rolling-back' }), { kind: 'wait' }], // prettier-ignore
    ['claims for the way back', rollout([wave(1, 'passed', { 'rollback:pending': 2, running: 1 })], { status: 'rolling-back' }), { kind: 'claim' }], // prettier-ignore
    ['waits for who is on the way back', rollout([wave(1, 'passed', { 'rollback:running': 2 })], { status: 'rolling-back' }), { kind: 'wait' }], // prettier-ignore
    ['gives up whom it cannot take back in time', rollout([wave(1, 'passed', { 'rollback:away': 2 })], { status: 'rolling-back', expiresAt: now }), { kind: 'give-up', state: 'expired', why: 'the time for taking it back is over' }], // prettier-ignore
    ['says who was taken back and who could not be', rollout([wave(1, 'passed', { 'rollback:succeeded': 34, 'rollback:failed': 1, 'rollback:expired': 1, cancelled: 4 })], { status: 'rolling-back', reason: words }), { kind: 'rolled-back', reason: `${words}; 34 devices rolled back, 2 could not be` }], // prettier-ignore
    ['counts whose way back was cancelled', rollout([wave(1, 'passed', { 'rollback:succeeded': 1, 'rollback:cancelled': 2 })], { status: 'rolling-back' }), { kind: 'rolled-back', reason: '1 device rolled back, 2 could not be' }], // prettier-ignore
  ])('%s', (_, facts, decision) => {
    expect(decide(facts)).toMatchObject(decision);
  });
});
