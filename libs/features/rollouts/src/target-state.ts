/**
 * One device in one rollout.
 *
 * | state     | means                                                              | goes to                                  |
 * |-----------|--------------------------------------------------------------------|------------------------------------------|
 * | pending   | meant, and not looked at yet                                       | waiting, offered, skipped, cancelled, expired |
 * | waiting   | may not start yet: `cause` says why, `notBefore` when to look again | offered, running (heard of late), skipped, cancelled, expired |
 * | offered   | it has a command that its agent has not accepted                   | running, waiting (it went away), or an end |
 * | running   | accepted; snapd has it                                             | rebooting, verifying, offered (next step), waiting (another attempt), or an end |
 * | rebooting | on its way through a restart                                       | as running                               |
 * | verifying | done by snapd's account, being read back                           | as running                               |
 * | succeeded | every step of the phase was verified                               | pending of the next phase                |
 * | failed, unknown, rejected, timed-out, lost | as command-state.ts says; the attempts are used up | waiting (a person retries), pending of phase rollback |
 * | expired   | never reached before the rollout's time was over                   | -                                        |
 * | skipped   | `cause` says why: nothing-to-do, blocked, not-enrolled, late, superseded, precheck, wave-skipped, … | pending (of phase rollback, when its change is heard of late) |
 * | cancelled | the rollout was stopped or rolled back before it began             | -                                        |
 *
 * Causes of waiting: offline, window, hold (the penalty box), busy (another rollout has the device), retry, and precheck (its
 * device could not take it when it was asked). For a slot it waits as what it is.
 * Phases: precheck -> apply -> rollback; each begins at pending, attempt 0, step 0. An attempt is a command; the next
 * step of an attempt is a command too. What is heard after an end is kept in `late` and counts for the gates.
 */
export interface TargetState {
  readonly phase: Phase;
  readonly state: string;
  readonly cause: string | null;
  readonly message: string | null;
  readonly late: 'late-success' | 'late-failure' | null;
  /** Of this phase, from 1; 0 before the first. */
  readonly attempt: number;
  /** From 0. */
  readonly step: number;
  /** Of the attempt under way, or the last one. */
  readonly commandId: string | null;
  /** When a waiting target is looked at again; `NEVER`: when something happens. */
  readonly notBefore: Date;
  readonly offeredAt: Date | null;
  readonly finishedAt: Date | null;
}

export type Phase = 'precheck' | 'apply' | 'rollback';

/** Far enough that no rollout lives to see it, and within what a Date and Postgres can both say. */
export const NEVER = new Date('9999-12-31T00:00:00.000Z');

/** Has a command, and so a slot. */
export const IN_FLIGHT: ReadonlySet<string> = new Set(['offered', 'running', 'rebooting', 'verifying']);

const OPEN: ReadonlySet<string> = new Set(['pending', 'waiting', ...IN_FLIGHT]);

export const isOpen = (state: string): boolean => OPEN.has(state);

/** Waits that hold nobody up: the wave goes on without the device, and counts it under that word. */
const SET_ASIDE: Readonly<Record<string, string>> = { offline: 'away', hold: 'held' };

/** What of a target decides under which key its wave counts it. */
export type Counted = Pick<TargetState, 'phase' | 'state' | 'cause' | 'late'>;

/**
 * Under which key a wave counts the target: its state, `phase:state` outside phase apply. What was heard late counts as
 * what it is; one that waits because it is offline is `away`, one in the penalty box `held`.
 */
export function countKey({ phase, state, cause, late }: Counted): string {
  const aside = state === 'waiting' && cause !== null ? SET_ASIDE[cause] : undefined;
  const key = late ?? aside ?? state;
  return phase === 'apply' ? key : `${phase}:${key}`;
}

/**
 * Whether a device may have been changed by this phase already: somebody who gives such a target up has to say so.
 * A command that is not known to be accepted does not count.
 */
export function isTouched({ phase, state, attempt, step, commandId }: TargetState): boolean {
  if (phase === 'precheck') return false; // reads leave nothing behind
  const unheard = commandId !== null && (state === 'offered' || state === 'waiting');
  return step > 0 || attempt > (unheard ? 1 : 0);
}
