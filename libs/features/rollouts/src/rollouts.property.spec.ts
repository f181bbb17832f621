import fc from 'fast-check';
import type { Gate } from '@corefleet/contracts/http';
import { advance, type AdvanceRules, type CommandFacts } from './advance';
import { freeSlots, withRoom } from './claims';
import { decide, type RolloutFacts, type WaveFacts } from './rollout-state';
import { creditNow } from './start-credit';
import { tally } from './tally';
import { IN_FLIGHT, NEVER, countKey, isOpen, type TargetState } from './target-state';

const now = new Date('2026-11-27T14:03:00.000Z');
const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

const STATUSES = ['queued', 'signed', 'accepted', 'running', 'rebooting', 'verifying', 'succeeded', 'failed', 'timed-out', 'lost', 'unknown', 'rejected', 'expired', 'cancelled']; // prettier-ignore
const ENDS = ['succeeded', 'failed', 'unknown', 'rejected', 'timed-out', 'lost', 'expired', 'skipped', 'cancelled'];

const aStep = fc.nat(3);
const aCommand: fc.Arbitrary<CommandFacts> = fc.record({
  id: fc.constantFrom('own', 'former'),
  status: fc.constantFrom(...STATUSES),
  lateStatus: fc.constantFrom(null, 'succeeded', 'failed', 'expired'),
  cause: fc.constantFrom(null, 'change-error', 'network-timeout'),
  message: fc.constantFrom(null, 'no space'),
  snapdKind: fc.constant(null),
  phase: fc.constantFrom('apply', 'rollback'),
  step: aStep,
});
const aTarget: fc.Arbitrary<TargetState> = fc.record({
  phase: fc.constantFrom('precheck' as const, 'apply' as const, 'rollback' as const),
  state: fc.constantFrom('pending', 'waiting', ...IN_FLIGHT, ...ENDS),
  cause: fc.constantFrom(null, 'retry', 'offline', 'hold'),
  message: fc.constant(null),
  late: fc.constantFrom(null, 'late-success' as const, 'late-failure' as const),
  attempt: fc.integer({ min: 1, max: 4 }),
  step: aStep,
  commandId: fc.constantFrom(null, 'own'),
  notBefore: fc.constantFrom(NEVER, now),
  offeredAt: fc.constantFrom(null, now),
  finishedAt: fc.constant(null),
});
const someRules: fc.Arbitrary<AdvanceRules> = fc.record({
  now: fc.constant(now),
  steps: fc.integer({ min: 1, max: 4 }),
  attempts: fc.record({ most: fc.integer({ min: 1, max: 4 }) }),
  over: fc.constantFrom(undefined, 'the rollout is stopped'),
  retryAfterMs: fc.constantFrom(
    () => 60_000,
    () => undefined,
  ),
});

describe('whatever a command does, its target', () => {
  it('never leaves an end, and ends with a time', () => {
    fc.assert(
      fc.property(aTarget, aCommand, someRules, (target, command, rules) => {
        const result = advance(target, command, rules);
        if (result.kind === 'stay') return;
        const { after } = result;
        if (!isOpen(target.state)) expect(after).toEqual({ ...target, late: after.late });
        else expect(after.finishedAt !== null).toBe(!isOpen(after.state));
        expect(after.phase).toBe(target.phase);
      }),
    );
  });

  it('gets no command once the rollout is over, and no attempt that it has not', () => {
    fc.assert(
      fc.property(aTarget, aCommand, someRules, (target, command, rules) => {
        const result = advance(target, command, rules);
        if (result.kind === 'next-step')
          expect([rules.over, result.after.step < rules.steps]).toEqual([undefined, true]);
        if (result.kind !== 'move' || target.cause === 'retry' || result.after.cause !== 'retry') return;
        if (result.after.step === target.step) expect(target.attempt).toBeLessThan(rules.attempts.most);
      }),
    );
  });

  it('changes nothing when it is heard twice', () => {
    fc.assert(
      fc.property(aTarget, aCommand, someRules, (target, command, rules) => {
        const result = advance(target, command, rules);
        if (result.kind !== 'move') return; // the next step is another command's
        expect(advance(result.after, command, rules).kind).toBe('stay');
      }),
    );
  });
});

describe('room', () => {
  it('is never exceeded, and used up', () => {
    const sites = fc.array(fc.record({ site: fc.constantFrom('', 'oslo', 'rome', 'berlin') }), { maxLength: 40 });
    fc.assert(
      fc.property(sites, fc.nat(20), fc.nat(5), (candidates, slots, most) => {
        const atSite = (site: string): number => (site === '' ? Infinity : most);
        const taken = withRoom(candidates, { slots, atSite });
        const of = (site: string, all: readonly { site: string }[]): number =>
          all.filter((each) => each.site === site).length;
        for (const site of ['oslo', 'rome', 'berlin']) expect(of(site, taken)).toBeLessThanOrEqual(most);
        const possible = ['', 'oslo', 'rome', 'berlin'].reduce(
          (sum, site) => sum + Math.min(atSite(site), of(site, candidates)),
          0,
        );
        expect(taken).toHaveLength(Math.min(slots, possible));
      }),
    );
  });

  it('is never more than any bound leaves', () => {
    const some = fc.nat(50);
    const facts = fc.record({
      fleetMost: fc.option(some),
      fleetInFlight: some,
      wantedBefore: some,
      most: some,
      inFlight: some,
      credits: fc.array(fc.float({ min: 0, max: 50, noNaN: true }), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(facts, (of) => {
        const free = freeSlots(of);
        expect(Number.isInteger(free) && free >= 0).toBe(true);
        if (free === 0) return;
        expect(of.inFlight + free).toBeLessThanOrEqual(of.most);
        if (of.fleetMost !== null) expect(of.fleetInFlight + of.wantedBefore + free).toBeLessThanOrEqual(of.fleetMost);
        for (const credit of of.credits) expect(free).toBeLessThanOrEqual(credit);
      }),
    );
  });

  it("has no minute with more starts than it may, but for ten seconds' worth", () => {
    const looks = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), looks, (perMinute, pauses) => {
        const starts: { at: number; count: number }[] = [];
        let bucket = { perMinute, credit: 0, at: null as Date | null };
        let seconds = 0;
        for (const pause of pauses) {
          seconds += pause;
          const credit = creditNow(bucket, later(seconds));
          starts.push({ at: seconds, count: Math.floor(credit) });
          bucket = { perMinute, credit: credit - Math.floor(credit), at: later(seconds) };
        }
        for (const { at } of starts) {
          const within = starts
            .filter((each) => each.at >= at && each.at < at + 60)
            .reduce((sum, each) => sum + each.count, 0);
          expect(within).toBeLessThanOrEqual(perMinute + Math.max(1, perMinute / 6) + 1e-6);
        }
      }),
    );
  });
});

type Outcome = 'succeeded' | 'failed' | 'lost' | 'away';
const aGate: fc.Arbitrary<Gate> = fc.record({
  maxFailedPercent: fc.nat(100),
  minFailed: fc.integer({ min: 1, max: 3 }),
  minReached: fc.oneof(
    fc.record({ count: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ percent: fc.integer({ min: 0, max: 100 }) }),
  ),
  soakSeconds: fc.constantFrom(0, 60),
  onFailure: fc.constantFrom('pause' as const, 'stop' as const, 'roll-back' as const),
});
const someWaves = fc.array(
  fc.array(fc.constantFrom<Outcome>('succeeded', 'succeeded', 'succeeded', 'failed', 'lost', 'away'), {
    minLength: 1,
    maxLength: 6,
  }),
  { minLength: 1, maxLength: 4 },
);

/** A rollout in memory: what the reconciler does of a decision, without its rows. */
function play(gate: Gate, outcomes: readonly Outcome[][]): { facts: RolloutFacts; steps: number } {
  const targets = outcomes.map((wave) =>
    wave.map((outcome) => ({ outcome, phase: 'apply', state: 'pending', cause: null as string | null })),
  );
  let waves = targets.map((own, at): WaveFacts => ({ number: at + 1, size: own.length, status: 'pending', gate: {}, counts: {}, startedAt: null, settledAt: null })); // prettier-ignore
  let rollout: Omit<RolloutFacts, 'waves'> = { now, status: 'running', reason: null, gate, acceptedFailures: 0, lateJoiners: false, startAt: null, expiresAt: later(3_600), finishedAt: null }; // prettier-ignore
  const counted = (): WaveFacts[] =>
    waves.map((wave, at) => {
      const counts: Record<string, number> = {};
      for (const { phase, state, cause } of targets[at] ?? []) {
        const key = countKey({ phase: phase as 'apply', state, cause, late: null });
        counts[key] = (counts[key] ?? 0) + 1;
      }
      return { ...wave, counts };
    });
  const setWave = (number: number, over: Partial<WaveFacts>): void => {
    waves = waves.map((wave) => (wave.number === number ? { ...wave, ...over } : wave));
  };
  const all = (): (typeof targets)[number] => targets.flat();
  /** Who is under way comes to its end; when nobody is, time goes by. */
  const pass = (seconds: number): void => {
    const busy = all().filter(({ state }) => state === 'running');
    for (const target of busy) target.state = target.outcome;
    if (busy.length === 0) rollout = { ...rollout, now: new Date(rollout.now.getTime() + seconds * 1000) };
  };
  for (let steps = 0; steps < 500; steps += 1) {
    const facts = { ...rollout, waves: counted() };
    const decision = decide(facts);
    switch (decision.kind) {
      case 'claim': {
        const due = targets.flatMap((own, at) => (waves[at]?.status === 'pending' && rollout.status === 'running' ? [] : own)).filter(({ state, cause }) => state === 'pending' || (state === 'waiting' && cause !== 'offline')); // prettier-ignore
        for (const target of due) Object.assign(target, target.outcome === 'away' ? { state: 'waiting', cause: 'offline' } : { state: 'running' }); // prettier-ignore
        if (due.length === 0) pass(3_600);
        break;
      }
      case 'wait': {
        const over = ['paused', 'finished', 'rolled-back'].includes(rollout.status) || facts.finishedAt !== null;
        if (over) return { facts, steps };
        pass(60);
        break;
      }
      case 'turn-back':
        for (const target of all()) {
          if (target.phase === 'rollback' || target.state === 'running' || target.state === 'cancelled') continue;
          Object.assign(target, isOpen(target.state) ? { state: 'cancelled' } : { phase: 'rollback', state: 'pending', outcome: 'succeeded' }); // prettier-ignore
        }
        break;
      case 'give-up':
        for (const target of all()) if (['pending', 'waiting'].includes(target.state)) target.state = decision.state;
        break;
      case 'start-wave':
        setWave(decision.wave, { status: 'running', startedAt: rollout.now });
        break;
      case 'soak-wave':
        setWave(decision.wave, { status: 'soaking', settledAt: rollout.now });
        break;
      case 'pass-wave':
        setWave(decision.wave, { status: 'passed' });
        break;
      case 'say':
        rollout = { ...rollout, reason: decision.reason };
        break;
      case 'pause':
      case 'stop':
      case 'finish':
      case 'rolled-back':
      case 'roll-back': {
        const status = { pause: 'paused', stop: 'stopped', finish: 'finished', 'rolled-back': 'rolled-back', 'roll-back': 'rolling-back' }[decision.kind]; // prettier-ignore
        const over = ['finish', 'rolled-back'].includes(decision.kind);
        rollout = { ...rollout, status, reason: decision.reason, finishedAt: over ? rollout.now : null };
        break;
      }
      case 'close':
        rollout = { ...rollout, finishedAt: rollout.now };
        break;
      case 'start':
      case 'skip-targets':
        throw new Error(`a running rollout without skipped waves decided ${decision.kind}`);
    }
  }
  throw new Error('the rollout never comes to rest');
}

describe('a rollout', () => {
  it('comes to rest in the one state that its devices and gates ask for', () => {
    fc.assert(
      fc.property(aGate, someWaves, (gate, outcomes) => {
        const { facts } = play(gate, outcomes);
        const counts = facts.waves.map((wave) => tally(wave.counts));
        const failed = counts.reduce((sum, each) => sum + each.failed, 0);
        expect(['paused', 'finished', 'stopped', 'rolled-back']).toContain(facts.status);
        if (facts.status !== 'paused') expect(counts.every(({ open }) => open === 0)).toBe(true);
        if (facts.status === 'stopped') expect(failed).toBeGreaterThanOrEqual(gate.minFailed);
        if (facts.status === 'finished' && facts.reason === null) expect(facts.waves.every(({ status }) => status === 'passed')).toBe(true); // prettier-ignore
        if (facts.status === 'rolled-back') expect(facts.reason).toMatch(/devices? rolled back/);
      }),
      { numRuns: 500 },
    );
  });

  it('finishes when every device is there and succeeds', () => {
    fc.assert(
      fc.property(aGate, someWaves, (gate, outcomes) => {
        const good = outcomes.map((wave) => wave.map((): Outcome => 'succeeded'));
        expect(play(gate, good).facts).toMatchObject({ status: 'finished', reason: null });
      }),
    );
  });
});
