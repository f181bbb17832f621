import type { FactName } from '@corefleet/contracts/device-protocol';
import { Prisma } from '@corefleet/platform/database';

/*
 * Relations of what devices showed, now or as of a moment, to stand behind FROM or JOIN under an alias of the caller's. Of now
 * they are the tables themselves, so a question about now costs what it did. As of a moment they are what holds and held then:
 * what still holds has no end, what is over is in the tables of the past, of which only partitions that ended later are read.
 * Rows are of enrolments, the ended ones too: `enrolmentsAsOf` says which of them each device had.
 */

/** Columns of `device_snaps`, `since` among them: when each row came to be so. @param asOf undefined: now */
export const snapsAsOf = (asOf: Date | undefined): Prisma.Sql => (asOf ? heldAt(SNAPS, asOf) : Prisma.raw(SNAPS.table));

/** Columns of `device_sets`, `since` among them: when each row came to be so. @param asOf undefined: now */
export const setsAsOf = (asOf: Date | undefined): Prisma.Sql => (asOf ? heldAt(SETS, asOf) : Prisma.raw(SETS.table));

/** Columns `enrolment_id`, `digest`, `value` and `since` of one fact of each enrolment that had told it. @param asOf undefined: now */
export function factsAsOf(name: FactName, asOf: Date | undefined): Prisma.Sql {
  const now = Prisma.sql`SELECT enrolment_id, digest, value, received_at AS since FROM device_facts WHERE name = ${name}::text`;
  if (!asOf) return Prisma.sql`(${now})`;
  return Prisma.sql`(${now} AND received_at <= ${asOf}::timestamptz
    UNION ALL SELECT enrolment_id, digest, value, since FROM device_facts_past
    WHERE name = ${name}::text AND ${covers(asOf)})`;
}

/**
 * Columns `device_id` and `enrolment_id`, one row for each device that was enrolled: the key it had. A device that came with
 * another key has the one it came with last.
 * @param asOf undefined: now
 */
export function enrolmentsAsOf(asOf: Date | undefined): Prisma.Sql {
  if (!asOf) {
    return Prisma.sql`(SELECT id AS device_id, enrolment_id FROM devices WHERE enrolment_id IS NOT NULL)`;
  }
  return Prisma.sql`(SELECT DISTINCT ON (device_id) device_id, id AS enrolment_id FROM enrolments
    WHERE created_at <= ${asOf}::timestamptz AND (ended_at IS NULL OR ended_at > ${asOf}::timestamptz)
    ORDER BY device_id, created_at DESC)`;
}

/**
 * Joins rows of devices `d` with the key that each had as `e`, and what is known of its link as `seen`: a device that was
 * revoked or came with another key since has another link now, or none.
 */
export const enrolledAsOf = (asOf: Date): Prisma.Sql => Prisma.sql`
  JOIN ${enrolmentsAsOf(asOf)} AS e ON e.device_id = d.id
  LEFT JOIN device_links AS seen ON seen.enrolment_id = e.enrolment_id`;

interface Rows {
  readonly table: string;
  readonly columns: string;
}

const SNAPS: Rows = {
  table: 'device_snaps',
  columns: `enrolment_id, name, revision, revision_number, version, channel, active, held_until, inhibited, failed_revision,
    failure_count, components, since`,
};

const SETS: Rows = {
  table: 'device_sets',
  columns: 'enrolment_id, account_id, name, mode, sequence, pinned_at, valid, since',
};

const heldAt = ({ table, columns }: Rows, asOf: Date): Prisma.Sql => Prisma.sql`(
  SELECT ${Prisma.raw(columns)} FROM ${Prisma.raw(table)} WHERE since <= ${asOf}::timestamptz
  UNION ALL SELECT ${Prisma.raw(columns)} FROM ${Prisma.raw(`${table}_past`)} WHERE ${covers(asOf)})`;

const covers = (asOf: Date): Prisma.Sql => Prisma.sql`since <= ${asOf}::timestamptz AND until > ${asOf}::timestamptz`;
