import type { Actor } from '@corefleet/features/audit';
import type { CreateRollout, Orderer } from '@corefleet/features/rollouts';
import { Prisma, type Transaction } from '@corefleet/platform/database';
import { ConflictError, NotFoundError } from '@corefleet/platform/errors';
import type { Timetable } from '@corefleet/time-rules';

/** The columns that every row has which makes rollouts at its occurrences. See occurrence-rules.ts. */
export interface OccurringRow extends Timetable {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly occurrenceAt: Date | null;
  readonly nextAt: Date | null;
  readonly startingAt: Date | null;
  readonly startingMissed: number;
  readonly lastRolloutId: string | null;
  readonly authorId: string;
  readonly authorName: string;
  readonly version: number;
  /** Without it, one is left out while the rollout before is not over. */
  readonly ifRunning?: string;
  /** Why it waits; only of rows with `ifRunning`. */
  readonly reason?: string | null;
}

/** Columns of a row that are written when it is moved on; `version` is raised besides. */
export interface OccurringColumns {
  enabled?: boolean;
  occurrenceAt?: Date | null;
  nextAt?: Date | null;
  startingAt?: Date | null;
  startingMissed?: number;
  lastAt?: Date;
  lastOutcome?: string;
  lastReason?: string | null;
  lastRolloutId?: string;
  reason?: string | null;
}

/** A kind of rows that make rollouts at their occurrences, such as schedules: what tells it from the others. */
export interface OccurringKind<Row extends OccurringRow> {
  /** Lower case and dashes: in audit entries, idempotency keys and ids of job schedulers. */
  readonly name: string;
  /** As people call one of it. */
  readonly called: string;
  readonly table: string;
  /** Of the events that tell people live that a row was changed. */
  readonly topic: 'schedules' | 'recovery-policies';
  /** The outcome of an occurrence at which no device would change. */
  readonly nothingToDo: 'nothing' | 'refused';
  find(tx: Transaction, id: string): Promise<Row | null>;
  /** Names are of one row only. */
  findNamed(tx: Transaction, name: string): Promise<{ readonly id: string } | null>;
  enabled(tx: Transaction): Promise<Row[]>;
  /** Rows that are due or starting, the longest due first. */
  due(tx: Transaction, now: Date, most: number): Promise<{ readonly id: string }[]>;
  /** Nothing where the row is gone. */
  write(tx: Transaction, id: string, columns: OccurringColumns): Promise<unknown>;
  remove(tx: Transaction, id: string): Promise<unknown>;
  /** The rollout of an occurrence. */
  requestAt(row: Row, occurrence: Date): CreateRollout;
  /** The rollout that a person asks for besides. */
  requestNow(row: Row, now: Date): CreateRollout;
}

/** Who it is when a row does something by itself. */
export const actorOf = ({ id, name }: Pick<OccurringRow, 'id' | 'name'>): Actor => ({ kind: 'schedule', id, name });

/** Which rows are due, of any such table. */
export const whereDue = (now: Date) => ({ OR: [{ nextAt: { lte: now } }, { startingAt: { not: null } }] });

export const authorColumns = ({ personId, personName }: Orderer) => ({ authorId: personId, authorName: personName });

/**
 * Takes the lock of a row for a person's act.
 * @throws NotFoundError; ConflictError while an occurrence of it is starting, which takes seconds
 */
export async function lockForAct<Row extends OccurringRow>(
  kind: OccurringKind<Row>,
  tx: Transaction,
  { id, act }: { readonly id: string; readonly act: string },
): Promise<Row> {
  await tx.$queryRaw`SELECT FROM ${Prisma.raw(kind.table)} WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await kind.find(tx, id);
  if (!row) throw new NotFoundError(kind.called, id);
  if (!row.startingAt) return row;
  const occurrence = row.startingAt.toISOString();
  throw new ConflictError(
    `cannot ${act} ${kind.called} "${row.name}": its rollout of ${occurrence} is being made, try again`,
  );
}

/** Takes the lock of a row that is due. @returns undefined when it is gone, or another process is at it */
export async function lockDue<Row extends OccurringRow>(
  kind: OccurringKind<Row>,
  tx: Transaction,
  id: string,
): Promise<Row | undefined> {
  const locked = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM ${Prisma.raw(kind.table)} WHERE id = ${id}::uuid FOR UPDATE SKIP LOCKED`;
  if (locked.length === 0) return undefined;
  return (await kind.find(tx, id)) ?? undefined;
}
