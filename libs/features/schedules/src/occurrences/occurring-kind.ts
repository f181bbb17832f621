import type { Role } from '@corefleet/features/access';
import type { Actor } from '@corefleet/features/audit';
import type { Orderer } from '@corefleet/features/rollouts';
import { Prisma, type Transaction } from '@corefleet/platform/database';
import { ConflictError, NotFoundError } from '@corefleet/platform/errors';
import type { Timetable } from '@corefleet/time-rules';

/** The columns that every row has which makes something at its occurrences. See occurrence-rules.ts. */
export interface OccurringRow extends Timetable {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly occurrenceAt: Date | null;
  readonly nextAt: Date | null;
  readonly startingAt: Date | null;
  readonly startingMissed: number;
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

/** Rows of a table that make something at their occurrences, such as schedules: what tells them from others. */
export interface OccurringRows<Row extends OccurringRow> {
  /** Lower case and dashes: in audit entries, idempotency keys and ids of job schedulers. */
  readonly name: string;
  /** As people call one of it. */
  readonly called: string;
  readonly table: string;
  /** Of the events that tell people live that a row was changed. */
  readonly topic: 'schedules' | 'recovery-policies' | 'report-schedules';
  find(tx: Transaction, id: string): Promise<Row | null>;
  /** Names are of one row only. */
  findNamed(tx: Transaction, name: string): Promise<{ readonly id: string } | null>;
  enabled(tx: Transaction): Promise<Row[]>;
  /** Rows that are due or starting, the longest due first. */
  due(tx: Transaction, now: Date, most: number): Promise<{ readonly id: string }[]>;
  /** Nothing where the row is gone. */
  write(tx: Transaction, id: string, columns: OccurringColumns): Promise<unknown>;
  remove(tx: Transaction, id: string): Promise<unknown>;
}

/** What is to be made of a row. */
export interface Making {
  /** The occurrence, or when a person asks for it besides. */
  readonly at: Date;
  readonly isOccurrence: boolean;
  /** Where it comes from, in words. */
  readonly remark: string;
  /** The same key is the same thing: it is made once. */
  readonly key: string;
}

/** What was made. */
export interface Made {
  /** For the audit. */
  readonly details: object;
  /** Where the row says what it made last. */
  readonly columns: OccurringColumns;
}

/** Rows, and what they make. */
export interface OccurringKind<Row extends OccurringRow> extends OccurringRows<Row> {
  /** As people call one of it. */
  readonly makes: 'rollout' | 'report';
  /** How long making one may take. */
  readonly makingMostMs: number;
  /** What a person has to be in whose name it is made. */
  roleOf(row: Row): Role;
  /** What it made last, unless that is over. */
  running(row: Row): Promise<{ readonly name: string; readonly status: string } | undefined>;
  /** @throws what it is refused for */
  make(orderer: Orderer, row: Row, making: Making): Promise<Made>;
  /** What an error of `make` is to an occurrence; `later`: it is tried again. */
  outcomeOf(error: unknown): 'nothing' | 'refused' | 'later';
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
  requireStill(kind, await kind.find(tx, id), { id, act }); // what is being made holds the lock as long as that takes
  await tx.$queryRaw`SELECT FROM ${Prisma.raw(kind.table)} WHERE id = ${id}::uuid FOR UPDATE`;
  return requireStill(kind, await kind.find(tx, id), { id, act });
}

/**
 * Takes the lock of a row for an act after which it makes nothing more: what is starting, and nobody is making right now, is
 * given up.
 * @throws NotFoundError; ConflictError while what it makes is being made
 */
export async function lockToEnd<Row extends OccurringRow>(
  kind: OccurringKind<Row>,
  tx: Transaction,
  { id, act }: { readonly id: string; readonly act: string },
): Promise<Row> {
  const found = await kind.find(tx, id);
  const waiting = Prisma.raw(found?.startingAt ? 'SKIP LOCKED' : '');
  const locked = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM ${Prisma.raw(kind.table)} WHERE id = ${id}::uuid FOR UPDATE ${waiting}`;
  if (locked.length === 0) return requireStill(kind, found, { id, act });
  const row = await kind.find(tx, id);
  if (!row) throw new NotFoundError(kind.called, id);
  return row;
}

function requireStill<Row extends OccurringRow>(
  kind: OccurringRows<Row>,
  row: Row | null,
  { id, act }: { readonly id: string; readonly act: string },
): Row {
  if (!row) throw new NotFoundError(kind.called, id);
  if (!row.startingAt) return row;
  const occurrence = row.startingAt.toISOString();
  throw new ConflictError(
    `cannot ${act} ${kind.called} "${row.name}": what it makes at ${occurrence} is being made, try again`,
  );
}

/** Takes the lock of a row that is due; what it makes may refer to it meanwhile. @returns undefined when it is gone, or another process is at it */
export async function lockDue<Row extends OccurringRow>(
  kind: OccurringKind<Row>,
  tx: Transaction,
  id: string,
): Promise<Row | undefined> {
  const locked = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM ${Prisma.raw(kind.table)} WHERE id = ${id}::uuid FOR NO KEY UPDATE SKIP LOCKED`;
  if (locked.length === 0) return undefined;
  return (await kind.find(tx, id)) ?? undefined;
}
