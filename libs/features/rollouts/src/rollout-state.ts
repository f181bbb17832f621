import type { Gate, WaveGate } from '@corefleet/contracts/http';
import { breachOf, gateOf, judgeWave, type JudgedWave } from './gates';
import { addTallies, tally, type Counts, type Tally } from './tally';

/**
 * A rollout.
 *
 * | state             | meaning                                          | goes to                                             |
 * |-------------------|--------------------------------------------------|-----------------------------------------------------|
 * | draft             | planned, and no more                             | awaiting-approval, scheduled (a person)             |
 * | awaiting-approval | approvals of its plan are missing                | scheduled (the last approval), stopped (a person)   |
 * | scheduled         | starts at `startAt`, or at once                  | running, stopped (a person)                         |
 * | running           | waves are worked off in order                    | paused, stopped, rolling-back (a gate, a person), finished |
 * | paused            | no new device is started; the reason says why    | running, stopped, rolling-back (a person; a gate as it says), finished (expired) |
 * | finished          | every wave passed and no target is open, or it expired | rolling-back (a person)                       |
 * | stopped           | ended; what was begun comes to its end           | rolling-back (a person); `finishedAt` once nobody is open |
 * | rolling-back      | what devices were given is taken back            | rolled-back, stopped (a person)                     |
 * | rolled-back       | nobody is open; the reason counts who was, and who could not be | -                                    |
 *
 * With a precheck, devices that are there are asked first, all of them before the first wave.
 * A wave: pending -> running (the one before passed) -> soaking (nobody waits or is under way, its gate is met)
 * -> passed; skipped when a person says so. Devices that are away, or in the penalty box, hold no wave up: they are
 * stragglers of a passed wave, and catch up as the rollout says. A wave past its time-box is judged on who was reached.
 * Whatever happens is derived from the rows again at each reconcile, so any process may die on any line.
 */
export interface RolloutFacts {
  readonly now: Date;
  readonly status: string;
  readonly reason: string | null;
  readonly gate: Gate;
  readonly acceptedFailures: number;
  readonly lateJoiners: boolean;
  readonly startAt: Date | null;
  readonly expiresAt: Date | null;
  readonly finishedAt: Date | null;
  /** In order. */
  readonly waves: readonly WaveFacts[];
}

export interface WaveFacts {
  /** From 1; 0 holds the devices that the plan leaves out. */
  readonly number: number;
  readonly size: number;
  readonly status: string;
  readonly gate: WaveGate;
  readonly counts: Counts;
  readonly startedAt: Date | null;
  readonly settledAt: Date | null;
}

/** The one next step of a rollout. Those that move targets take a batch of them and are decided again. */
export type Decision =
  | { readonly kind: 'start' }
  | { readonly kind: 'pause' | 'stop' | 'roll-back'; readonly reason: string }
  | { readonly kind: 'start-wave' | 'soak-wave' | 'pass-wave'; readonly wave: number }
  /** Targets not begun end: `expired` or `cancelled`; those of one skipped wave `skipped`. */
  | { readonly kind: 'give-up'; readonly state: 'expired' | 'cancelled'; readonly why: string }
  | { readonly kind: 'skip-targets'; readonly wave: number }
  /** Targets of phase apply go to phase rollback. */
  | { readonly kind: 'turn-back' }
  | { readonly kind: 'claim' }
  | { readonly kind: 'finish'; readonly reason: string | null }
  /** Of a stopped rollout: nobody is open any more. */
  | { readonly kind: 'close' }
  | { readonly kind: 'rolled-back'; readonly reason: string }
  /** It waits for what the reason says. */
  | { readonly kind: 'say'; readonly reason: string | null }
  | { readonly kind: 'wait' };

interface Judged extends WaveFacts, JudgedWave {
  /** Devices that are to be asked first and have not been, or are being asked. */
  readonly unasked: number;
}

/** Pure: what the rollout does next. */
export function decide(facts: RolloutFacts): Decision {
  switch (facts.status) {
    case 'scheduled':
      return !facts.startAt || facts.startAt <= facts.now ? { kind: 'start' } : { kind: 'wait' };
    case 'running':
    case 'paused':
      return decideOpen(facts, judged(facts.waves));
    case 'stopped':
      return facts.finishedAt ? { kind: 'wait' } : decideStopped(facts.waves);
    case 'rolling-back':
      return decideRollback(facts);
    default:
      return { kind: 'wait' };
  }
}

/** Who is not through the precheck holds a wave up that has begun no more than who is away. */
function judged(waves: readonly WaveFacts[]): Judged[] {
  return waves
    .filter(({ number }) => number > 0)
    .map((wave) => {
      const [own, asked] = [tally(wave.counts), tally(wave.counts, 'precheck')];
      const aside = own.aside + asked.waiting + asked.aside;
      return {
        ...wave,
        tally: { ...own, aside, inFlight: own.inFlight + asked.inFlight, open: own.open + asked.open },
        unasked: (wave.counts['precheck:pending'] ?? 0) + asked.inFlight,
        skipped: (wave.counts['skipped'] ?? 0) + (wave.counts['precheck:skipped'] ?? 0),
      };
    });
}

/** Expiry, then the gates, which never sleep; what else happens only while it runs. */
function decideOpen(facts: RolloutFacts, waves: readonly Judged[]): Decision {
  const open = openOf(waves);
  const breach = breachOf(facts.gate, waves, facts.acceptedFailures);
  if (breach !== undefined && !(facts.status === 'paused' && facts.gate.onFailure === 'pause')) {
    return { kind: facts.gate.onFailure, reason: breach };
  }
  if (facts.expiresAt && facts.expiresAt <= facts.now) return decideExpired(open, waves);
  if (facts.status === 'paused') return { kind: 'wait' };
  return decideWaves(facts, waves, open);
}

function decideExpired(open: Tally, waves: readonly Judged[]): Decision {
  if (open.waiting + open.aside > 0) return { kind: 'give-up', state: 'expired', why: 'the rollout has expired' };
  if (open.open > 0) return { kind: 'wait' };
  const expired = waves.reduce(
    (sum, { counts }) => sum + (counts['expired'] ?? 0) + (counts['precheck:expired'] ?? 0),
    0,
  );
  return { kind: 'finish', reason: expired === 0 ? null : `expired: ${devices(expired)} not reached in time` };
}

function decideWaves(facts: RolloutFacts, waves: readonly Judged[], open: Tally): Decision {
  const left = waves.find(({ status, tally: own }) => status === 'skipped' && own.waiting + own.aside > 0);
  if (left) return { kind: 'skip-targets', wave: left.number };
  const wave = waves.find(({ status }) => status !== 'passed' && status !== 'skipped');
  const unasked = waves.reduce((sum, each) => sum + (each.status === 'skipped' ? 0 : each.unasked), 0);
  const next = nextOf(facts, wave, { open, unasked });
  if (next.kind !== 'say' || next.reason !== facts.reason) return next;
  const begun = waves.filter(({ status }) => status !== 'pending' && status !== 'skipped');
  const may = unasked > 0 || begun.some(({ tally: own }) => own.waiting + own.aside > 0);
  return may ? { kind: 'claim' } : { kind: 'wait' };
}

/** Of the first wave that has not passed; before the first of all, devices that are there are asked. */
function nextOf(
  facts: RolloutFacts,
  wave: Judged | undefined,
  { open, unasked }: { readonly open: Tally; readonly unasked: number },
): Decision {
  if (!wave) return decideStragglers(facts, open);
  if (wave.status !== 'pending' || unasked === 0) return decideWave(facts, wave);
  return { kind: 'say', reason: `asks ${devices(unasked)} whether they could` };
}

/** Every wave has passed. */
function decideStragglers({ lateJoiners, expiresAt }: RolloutFacts, open: Tally): Decision {
  if (open.open === 0 && !lateJoiners) return { kind: 'finish', reason: null };
  return { kind: 'say', reason: open.aside > 0 ? awayWords(open, expiresAt) : null };
}

/** The step of the first wave that has not passed; what it says while it waits for its devices or its soak. */
function decideWave(facts: RolloutFacts, wave: Judged): Decision {
  const { number, status } = wave;
  const gate = gateOf(facts.gate, wave.gate);
  if (status === 'pending') return { kind: 'start-wave', wave: number };
  if (status === 'soaking') {
    const over = isPast(wave.settledAt, gate.soakSeconds, facts.now);
    return over ? { kind: 'pass-wave', wave: number } : { kind: 'say', reason: null };
  }
  const timedOut = gate.timeBoxSeconds !== undefined && isPast(wave.startedAt, gate.timeBoxSeconds, facts.now);
  const verdict = judgeWave(facts.gate, wave, timedOut);
  switch (verdict.kind) {
    case 'pass':
      return { kind: gate.soakSeconds > 0 ? 'soak-wave' : 'pass-wave', wave: number };
    case 'fail':
      return { kind: gate.onFailure, reason: verdict.reason };
    case 'inconclusive':
      return { kind: 'pause', reason: verdict.reason };
    case 'not-yet':
      return { kind: 'say', reason: verdict.reason };
  }
}

/** Also one that was being rolled back: who had not begun its way back does not. */
function decideStopped(waves: readonly WaveFacts[]): Decision {
  const open = addTallies([openOf(judged(waves)), rollbackOf(waves)]);
  if (open.waiting + open.aside > 0) return { kind: 'give-up', state: 'cancelled', why: 'the rollout was stopped' };
  return open.open > 0 ? { kind: 'wait' } : { kind: 'close' };
}

/** States in which a target of phase apply stays when its rollout is taken back: nothing was done there. */
const UNTOUCHED: ReadonlySet<string> = new Set(['skipped', 'expired', 'cancelled']);
const UNDER_WAY: ReadonlySet<string> = new Set(['offered', 'running', 'rebooting', 'verifying']);

function decideRollback(facts: RolloutFacts): Decision {
  const keys = facts.waves.filter(({ number }) => number > 0).flatMap(({ counts }) => Object.keys(counts));
  const forward = keys.filter((key) => !key.startsWith('rollback:') && !key.startsWith('precheck:'));
  const checked = addTallies(facts.waves.map(({ counts }) => tally(counts, 'precheck')));
  const turns = forward.some((key) => !UNTOUCHED.has(key) && !UNDER_WAY.has(key));
  if (turns || checked.waiting + checked.aside > 0) return { kind: 'turn-back' };
  const back = rollbackOf(facts.waves);
  const waiting = back.waiting + back.aside > 0;
  if (waiting && facts.expiresAt && facts.expiresAt <= facts.now) {
    return { kind: 'give-up', state: 'expired', why: 'the time for taking it back is over' };
  }
  if (waiting) return { kind: 'claim' };
  if (back.open > 0 || forward.some((key) => UNDER_WAY.has(key)) || checked.open > 0) return { kind: 'wait' };
  const left = ({ counts }: WaveFacts): number =>
    (counts['rollback:expired'] ?? 0) + (counts['rollback:cancelled'] ?? 0);
  const missed = facts.waves.reduce((sum, wave) => sum + left(wave), back.failed);
  const words = `${devices(back.succeeded)} rolled back${missed > 0 ? `, ${missed} could not be` : ''}`;
  return { kind: 'rolled-back', reason: facts.reason ? `${facts.reason}; ${words}` : words };
}

const rollbackOf = (waves: readonly WaveFacts[]): Tally =>
  addTallies(waves.map(({ counts }) => tally(counts, 'rollback')));

const openOf = (waves: readonly Judged[]): Tally => addTallies(waves.map(({ tally: own }) => own));

const isPast = (since: Date | null, seconds: number, now: Date): boolean =>
  since !== null && now.getTime() >= since.getTime() + seconds * 1000;

const devices = (count: number): string => `${count} ${count === 1 ? 'device' : 'devices'}`;

function awayWords({ aside }: Tally, until: Date | null): string {
  const away = `${devices(aside)} that ${aside === 1 ? 'is' : 'are'} away`;
  return `waiting for ${away}${until ? `, until ${until.toISOString()}` : ''}`;
}
