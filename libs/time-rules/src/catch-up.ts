/**
 * What is done for a device that comes back after its turn, or for a schedule whose time went by while nothing ran.
 *
 * | policy        | it is done                                                      |
 * |---------------|-----------------------------------------------------------------|
 * | run-when-back | whenever it is back, until it expires                           |
 * | latest-only   | the same, unless something newer does the same work             |
 * | skip-if-late  | only when it is back in time                                    |
 */
export const CATCH_UP_POLICIES = ['run-when-back', 'latest-only', 'skip-if-late'] as const;
export type CatchUpPolicy = (typeof CATCH_UP_POLICIES)[number];

export interface CatchUpFacts {
  readonly now: Date;
  /** When it should have been done. */
  readonly dueAt: Date;
  /** After this, `skip-if-late` calls it late; in milliseconds from `dueAt`. */
  readonly graceMs: number;
  /** After this it is done by no policy. */
  readonly expiresAt?: Date | undefined;
  /** What is newer and does the same work, in the words of who asks, e.g. `rollout "Base 15"`. */
  readonly newer?: string | undefined;
}

export type CatchUp = { readonly kind: 'run' } | { readonly kind: 'skip'; readonly reason: string };

/** Pure: whether to do now what was due before. */
export function catchUp(policy: CatchUpPolicy, facts: CatchUpFacts): CatchUp {
  const { now, dueAt, graceMs, expiresAt, newer } = facts;
  if (expiresAt && now >= expiresAt) return skip(`expired at ${expiresAt.toISOString()}`);
  switch (policy) {
    case 'run-when-back':
      return { kind: 'run' };
    case 'latest-only':
      return newer === undefined ? { kind: 'run' } : skip(`${newer} is newer`);
    case 'skip-if-late':
      return now.getTime() <= dueAt.getTime() + graceMs
        ? { kind: 'run' }
        : skip(`late: was due ${dueAt.toISOString()}`);
  }
}

const skip = (reason: string): CatchUp => ({ kind: 'skip', reason });
