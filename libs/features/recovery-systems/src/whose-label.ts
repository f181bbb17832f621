/**
 * Whose a recovery system is. The first line that fits says it; what nothing tells is unknown, and is left alone like
 * everything that is not ours.
 *
 * | what is known                                                      | whose   |
 * | ------------------------------------------------------------------ | ------- |
 * | the change that made it belongs to our command to create it        | ours    |
 * | our command to create it succeeded, and no later change made it    | ours    |
 * | a `remodel` change made it                                         | snapd   |
 * | a change of another kind made it: refreshes do, with seed-refresh  | snapd   |
 * | our command to create it is under way, or its end tells nothing    | unknown |
 * | a `create-recovery-system` change without a command made it        | person  |
 * | it was there when the device joined                                | factory |
 * | the device was installed from it (`current`)                       | factory |
 * | nothing                                                            | unknown |
 *
 * Ours means made by this enrolment: what the device had before it was reset counts as the factory's.
 */

export type Maker = 'ours' | 'snapd' | 'factory' | 'person' | 'unknown';

/** Our newest command of this enrolment to create a system of that label. */
export interface CreateCommand {
  readonly id: string;
  /** `undecided`: under way, or closed without anybody knowing (lost, timed out, unknown). */
  readonly end: 'succeeded' | 'undecided';
  /** When it ended, by the server's clock; null while it is under way. */
  readonly endedAt: Date | null;
  /** Whether it booted the system to test it. */
  readonly tested: boolean;
}

/** The newest change whose task made a system of that label, and came to its end. */
export interface MakingChange {
  readonly kind: string;
  /** The command of ours it belongs to. */
  readonly commandId: string | null;
  readonly receivedAt: Date;
}

export interface LabelEvidence {
  readonly label: string;
  readonly current: boolean;
  readonly command?: CreateCommand;
  readonly change?: MakingChange;
  /** Whether it was in the first list the enrolment sent; null for one that joined before that was kept. */
  readonly atEnrolment: boolean | null;
  /** Whether `experimental.seed-refresh` is on: snapd then makes and removes systems with its refreshes. */
  readonly seedRefresh: boolean;
}

export interface Whose {
  readonly maker: Maker;
  /** What tells it, for people. */
  readonly why: string;
  /** Whether the system was booted to see that it works; null when that is not known. */
  readonly tested: boolean | null;
}

/** Snapd's remodel calls its systems by the day, with a counter on a clash (snapd devicestate/remodel). */
const OF_REMODEL = /^\d{8}(?:-\d+)?$/;

/** Pure: whose the system is, by the table above. */
export function whoseLabel(evidence: LabelEvidence): Whose {
  const { command, change } = evidence;
  if (command && change?.commandId === command.id) return ours(command);
  if (command?.end === 'succeeded' && !isLater(change, command.endedAt)) return ours(command);
  if (change && change.kind !== 'create-recovery-system') return snapds(change.kind);
  if (command?.end === 'undecided') return unknown(`our command ${command.id} has not ended in a way that tells`);
  if (change?.commandId === null) return person;
  if (evidence.atEnrolment) return factory('it was there when the device joined');
  if (evidence.current) return factory('the device was installed from it');
  return unknown(traces(evidence));
}

const isLater = (change: MakingChange | undefined, endedAt: Date | null): boolean =>
  change !== undefined && endedAt !== null && change.receivedAt > endedAt;

const ours = (command: CreateCommand): Whose => ({
  maker: 'ours',
  why: `made by our command ${command.id}`,
  tested: command.tested,
});

const factory = (why: string): Whose => ({ maker: 'factory', why, tested: null });

const unknown = (why: string): Whose => ({ maker: 'unknown', why, tested: null });

const person: Whose = { maker: 'person', why: 'made on the device without a command of ours', tested: null };

function snapds(kind: string): Whose {
  // A remodel always boots the system it makes.
  if (kind === 'remodel') return { maker: 'snapd', why: 'made by a remodel', tested: true };
  return { maker: 'snapd', why: `made by snapd within a change of kind ${kind}`, tested: null };
}

function traces({ label, seedRefresh }: LabelEvidence): string {
  const hints = [
    ...(OF_REMODEL.test(label) ? ['a remodel calls its systems like this'] : []),
    ...(seedRefresh ? ['seed-refresh is on, so snapd may have made it'] : []),
  ];
  return ['nothing tells who made it', ...hints].join('; ');
}
