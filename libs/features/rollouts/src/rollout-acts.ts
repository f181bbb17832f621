import { ConflictError } from '@corefleet/platform/errors';

/**
 * What people do with a rollout, and from which state of it. States: rollout-state.ts
 *
 * | act          | does                                                                                              |
 * |--------------|---------------------------------------------------------------------------------------------------|
 * | start        | a draft: asks for its approvals, or schedules or starts it                                        |
 * | approve      | counts for the plan that was looked at; with enough of them it is scheduled or starts             |
 * | reject       | makes it a draft again, with the reason                                                           |
 * | replan       | plans anew, with the devices and what they say now; approvals of the plan before do not count     |
 * | pause        | no further device is started; commands already given go on                                        |
 * | continue     | goes on in spite of the failures so far, and ends a soak or a wait for devices that are away       |
 * | skip-wave    | leaves the rest of the wave out                                                                   |
 * | stop         | ends it: what no device has accepted is taken back                                                |
 * | roll-back    | takes the devices that were changed back                                                          |
 * | retry-failed | gives devices that failed another attempt                                                         |
 * | adjust       | changes limits, gate, priority, window or expiry                                                  |
 */
export type Act = keyof typeof FROM;

const PLANNED = ['draft', 'awaiting-approval', 'scheduled'] as const;
const WORKED_OFF = ['running', 'paused'] as const;

const FROM = {
  start: ['draft'],
  approve: ['awaiting-approval'],
  reject: ['awaiting-approval', 'scheduled'],
  replan: PLANNED,
  pause: ['running'],
  continue: ['paused', 'running'],
  'skip-wave': WORKED_OFF,
  stop: [...PLANNED, ...WORKED_OFF, 'rolling-back'],
  'roll-back': [...WORKED_OFF, 'stopped', 'finished'],
  'retry-failed': WORKED_OFF,
  adjust: [...PLANNED, ...WORKED_OFF],
} as const satisfies Record<string, readonly string[]>;

/** @throws ConflictError saying what the rollout is, and from what the act is possible */
export function requireAllowed(act: Act, id: string, status: string): void {
  const from: readonly string[] = FROM[act];
  if (from.includes(status)) return;
  throw new ConflictError(`cannot ${act} rollout "${id}": it is ${status}, not ${from.join(' or ')}`);
}

/** Why a draft waits, in words. */
export const WAITS_FOR_START = 'waits for somebody to start it';

/** The state in which a rollout begins, or goes on once its plan was approved. */
export function statusOfPlan(plan: {
  readonly draft: boolean;
  readonly approvalsMissing: number;
  readonly startAt: Date | null;
  readonly now: Date;
}): { readonly status: string; readonly reason: string | null } {
  const { draft, approvalsMissing, startAt, now } = plan;
  if (draft) return { status: 'draft', reason: WAITS_FOR_START };
  if (approvalsMissing > 0) {
    const people = approvalsMissing === 1 ? 'one person' : `${approvalsMissing} people`;
    return { status: 'awaiting-approval', reason: `waits for ${people} to approve its plan` };
  }
  if (startAt !== null && startAt > now) return { status: 'scheduled', reason: `starts at ${startAt.toISOString()}` };
  return { status: 'running', reason: null };
}

/** Whether people let a rollout in that state have its commands signed. Gates pause and stop within what they let it. */
export const isReleased = (status: string): boolean => !['draft', 'awaiting-approval', 'stopped'].includes(status);
