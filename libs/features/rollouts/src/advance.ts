import { RE_ENROLLED, SUCCEEDED } from '@corefleet/features/commands';
import { IN_FLIGHT, NEVER, isOpen, isTouched, type TargetState } from './target-state';

/** What a target has to know of a command of its device in its rollout. */
export interface CommandFacts {
  readonly id: string;
  readonly status: string;
  /** A result that came after the command was closed. */
  readonly lateStatus: string | null;
  readonly cause: string | null;
  readonly message: string | null;
  readonly snapdKind: string | null;
  readonly phase: string;
  readonly step: number;
}

export interface AdvanceRules {
  readonly now: Date;
  /** How many the target's phase has. */
  readonly steps: number;
  readonly attempts: { readonly most: number };
  /** Why no further command is given in the target's phase, in words; undefined while the rollout goes on. */
  readonly over: string | undefined;
  /** Milliseconds to wait before another attempt; undefined when there is to be none. */
  retryAfterMs(failed: CommandFacts, attempt: number): number | undefined;
}

/** What a command does to its target. `next-step`: `after` has the step, and the caller gives it the command. */
export type Advance =
  | { readonly kind: 'stay' }
  | { readonly kind: 'move'; readonly after: TargetState }
  | { readonly kind: 'next-step'; readonly after: TargetState };

/**
 * Pure: what becomes of a target when one of its commands has moved.
 *
 * | the target's command is | the target becomes                                                                 |
 * |-------------------------|------------------------------------------------------------------------------------|
 * | queued, signed          | - (it is offered)                                                                  |
 * | accepted, running       | running                                                                            |
 * | rebooting, verifying    | the same                                                                           |
 * | succeeded               | offered the next step; succeeded after the last one                                |
 * | failed, timed-out, lost | waiting(retry) while attempts are left and the cause may go by; otherwise that end |
 * | unknown, rejected       | that end: nobody tries again by itself what may have happened, or was refused       |
 * | expired                 | waiting(offline), the attempt given back; expired when the rollout is over          |
 * | cancelled               | cancelled; waiting(offline) when its device came back with another key             |
 *
 * Where the rollout is over, a target whose device was changed in part ends `failed` with cause `given-up`: neither
 * `cancelled` nor `expired` says that something was done. A command that is not the target's any more counts when its late
 * success is just what the target waits to try again, or tells that there is something to take back after all; the result
 * of an ended target's command is kept in `late`.
 */
export function advance(target: TargetState, command: CommandFacts, rules: AdvanceRules): Advance {
  const first = once(target, command, rules);
  if (first.kind !== 'move') return first;
  const late = once(first.after, command, rules); // its end and what was heard after that may come together
  return late.kind === 'stay' ? first : late;
}

function once(target: TargetState, command: CommandFacts, rules: AdvanceRules): Advance {
  if (!isOpen(target.state)) return turnAfterAll(target, command, rules) ?? hearLate(target, command, rules);
  if (command.id !== target.commandId) return hearFormer(target, command, rules);
  switch (command.status) {
    case 'accepted':
    case 'running':
      return under(target, 'running');
    case 'rebooting':
    case 'verifying':
      return under(target, command.status);
    case SUCCEEDED:
      return verified(target, rules);
    case 'failed':
    case 'timed-out':
    case 'lost':
      return again(target, command, rules) ?? end(target, command.status, command, rules);
    case 'unknown':
    case 'rejected':
      return end(target, command.status, command, rules);
    case 'expired':
      return rules.over === undefined ? putBack(target) : giveUp(target, 'expired', rules);
    case 'cancelled':
      if (command.cause === RE_ENROLLED && rules.over === undefined) return putBack(target, rules.now);
      return giveUp(target, 'cancelled', rules, command.message);
    default:
      return { kind: 'stay' };
  }
}

/**
 * The end of a target that is given no further command: `state`, or `failed` when its device was changed in part.
 * @param why in words; without, those of the rules
 */
export function givenUp(target: TargetState, state: string, now: Date, why: string | null): TargetState {
  const done = { ...target, finishedAt: now, notBefore: NEVER };
  if (!isTouched(target)) return { ...done, state, cause: null, message: why };
  const half = target.step > 0 ? `after step ${target.step}` : `after attempt ${target.attempt}`;
  const before = target.cause === 'retry' && target.message !== null ? `: ${target.message}` : '';
  return { ...done, state: 'failed', cause: 'given-up', message: `given up ${half}${why ? `, ${why}` : ''}${before}` };
}

function under(target: TargetState, state: string): Advance {
  if (target.state === state) return { kind: 'stay' };
  return { kind: 'move', after: { ...target, state, cause: null, message: null } };
}

function verified(target: TargetState, rules: AdvanceRules): Advance {
  const step = target.step + 1;
  if (step >= rules.steps) {
    const after = { ...target, state: SUCCEEDED, cause: null, message: null, finishedAt: rules.now };
    return { kind: 'move', after };
  }
  const next = { ...target, step, cause: null, message: null };
  if (rules.over !== undefined) return { kind: 'move', after: givenUp(next, 'cancelled', rules.now, rules.over) };
  return { kind: 'next-step', after: { ...next, state: 'offered', offeredAt: rules.now, commandId: null } };
}

function again(target: TargetState, command: CommandFacts, rules: AdvanceRules): Advance | undefined {
  if (rules.over !== undefined || target.attempt >= rules.attempts.most) return undefined;
  const waitMs = rules.retryAfterMs(command, target.attempt);
  if (waitMs === undefined) return undefined;
  const notBefore = new Date(rules.now.getTime() + waitMs);
  const why = command.message ?? command.cause ?? command.status;
  const waiting = { ...target, state: 'waiting', cause: 'retry', message: why, commandId: null, offeredAt: null };
  return { kind: 'move', after: { ...waiting, notBefore } };
}

function end(target: TargetState, state: string, command: CommandFacts, { now }: AdvanceRules): Advance {
  const { cause, message } = command;
  return { kind: 'move', after: { ...target, state, cause: cause ?? state, message, finishedAt: now } };
}

/** Nobody accepted it: it was away, its window closed, or it came back with another key. The attempt was none. */
function putBack(target: TargetState, notBefore: Date = NEVER): Advance {
  const attempt = Math.max(0, target.attempt - 1);
  const waiting = { ...target, state: 'waiting', cause: 'offline', message: null, commandId: null, offeredAt: null };
  return { kind: 'move', after: { ...waiting, attempt, notBefore } };
}

function giveUp(target: TargetState, state: string, rules: AdvanceRules, said: string | null = null): Advance {
  return { kind: 'move', after: givenUp(target, state, rules.now, rules.over ?? said) };
}

/** A command from before: its late success is the step that the target waits to try again. */
function hearFormer(target: TargetState, command: CommandFacts, rules: AdvanceRules): Advance {
  const missing = target.commandId === null && command.phase === target.phase && command.step === target.step;
  if (!missing || command.lateStatus !== SUCCEEDED || IN_FLIGHT.has(target.state)) return { kind: 'stay' };
  const step = target.step + 1;
  if (step < rules.steps) {
    const after = { ...target, step, state: 'waiting', cause: 'retry', message: null, notBefore: rules.now };
    return { kind: 'move', after };
  }
  const after = {
    ...target,
    state: SUCCEEDED,
    cause: null,
    message: null,
    finishedAt: rules.now,
    commandId: command.id,
  };
  return { kind: 'move', after };
}

/** Ends that tell what became of an accepted command. */
const RESULTS: ReadonlySet<string> = new Set([SUCCEEDED, 'failed', 'timed-out', 'lost', 'unknown']);
const GIVEN_UP: ReadonlySet<string> = new Set(['cancelled', 'expired', 'skipped']);

/** The result of a command that was accepted in the moment in which its target was given up: to the target it is late. */
function missedResult(target: TargetState, { phase, step, status }: CommandFacts): string | null {
  const own = phase !== 'precheck' && phase === target.phase && step === target.step;
  const givenUpBefore = GIVEN_UP.has(target.state) || target.cause === 'given-up';
  return own && givenUpBefore && RESULTS.has(status) ? status : null;
}

/** A device that had nothing to take back, and says late that it was changed, while its rollout is still being taken back. */
function turnAfterAll(target: TargetState, command: CommandFacts, rules: AdvanceRules): Advance | undefined {
  const left = target.phase === 'rollback' && target.state === 'skipped' && rules.over === undefined;
  if (!left || command.phase !== 'apply' || command.lateStatus !== SUCCEEDED) return undefined;
  const after =
    rules.steps > 0
      ? { ...target, state: 'pending', cause: null, message: null, notBefore: rules.now, finishedAt: null }
      : { ...target, state: 'failed', cause: 'no-way-back', message: 'nothing takes back what was done' };
  return { kind: 'move', after };
}

function hearLate(target: TargetState, command: CommandFacts, rules: AdvanceRules): Advance {
  if (command.id !== target.commandId) return { kind: 'stay' };
  const lateStatus = command.lateStatus ?? missedResult(target, command);
  if (lateStatus === null || lateStatus === 'expired') return { kind: 'stay' };
  const succeeded = lateStatus === SUCCEEDED;
  if (succeeded && target.step + 1 < rules.steps) return { kind: 'stay' };
  const late = succeeded ? 'late-success' : 'late-failure';
  return target.late === late ? { kind: 'stay' } : { kind: 'move', after: { ...target, late } };
}
