import { DEVICES } from '@corefleet/features/devices';
import { enrolledAsOf, factsAsOf, setsAsOf } from '@corefleet/features/inventory';
import { Prisma } from '@corefleet/platform/database';
import type { SetKey } from '../set-view';

/**
 * How a device stands to a set. The first line that fits:
 *
 * | what is known                                                           | state       |
 * | ----------------------------------------------------------------------- | ----------- |
 * | the device has never said which sets it tracks                          | unknown     |
 * | it was last heard from a day ago or longer                              | unknown     |
 * | it does not track the set                                               | not-applied |
 * | it tracks another sequence than the one that is asked for               | invalid     |
 * | snapd says that the set is not met, which it judges by this set alone   | invalid     |
 * | otherwise                                                               | valid       |
 */
export const COMPLIANCE_STATES = ['valid', 'invalid', 'not-applied', 'unknown'] as const;
export type ComplianceState = (typeof COMPLIANCE_STATES)[number];

/** Sets are told every quarter of an hour: after a day of silence nobody knows. */
const UNKNOWN_AFTER_MS = 24 * 3_600_000;

/** One device and one set, as the database has them. */
export interface ComplianceRow extends SetKey {
  readonly deviceId: string;
  readonly enrolmentId: string;
  readonly brandId: string;
  readonly model: string;
  readonly serial: string;
  readonly state: ComplianceState;
  /** Since when it is known to be so; of an unknown one, when it was last heard from, or null. */
  readonly since: Date | null;
  readonly mode: string | null;
  readonly sequence: number | null;
  readonly pinnedAt: number | null;
  /** Whether the device is shown otherwise than our last command left it: the rest of it is null where not. */
  readonly driftedSince: Date | null;
  readonly leftMode: string | null;
  readonly leftPinnedAt: number | null;
  readonly commandId: string | null;
  readonly rolloutId: string | null;
}

/** When devices are judged. */
export interface ComplianceMoment {
  readonly now: Date;
  /** As they were then, where that is past. Drift is not known then: how commands left sets is kept of the last one only. */
  readonly asOf?: Date | undefined;
}

/** Which of the devices. */
export interface ComplianceSelection {
  /** A condition on the rows of DEVICES. */
  readonly condition: Prisma.Sql;
  /** The sequence they should be at; undefined: whichever each tracks. */
  readonly sequence?: number | undefined;
  readonly state?: ComplianceState | undefined;
  readonly drifted?: boolean | undefined;
}

/** Devices and one set, by id. @param page.after id of the last device of the page before; without a limit all of them */
export function selectDevices(
  set: SetKey,
  selection: ComplianceSelection,
  page: ComplianceMoment & { after?: string | undefined; limit?: number },
): Prisma.Sql {
  const after = page.after === undefined ? Prisma.sql`TRUE` : Prisma.sql`"deviceId" > ${page.after}::uuid`;
  return Prisma.sql`
    SELECT * FROM (${judged(named(set), selection, page)}) AS judged
    WHERE ${isAskedFor(selection)} AND ${after} ORDER BY "deviceId" LIMIT ${page.limit ?? null}::bigint`;
}

/**
 * How many devices stand how: a row for each sequence and whether they have drifted, with a count for each state. Grouped by
 * what Postgres knows to have few values, so that it counts in a hash and does not sort the fleet.
 */
export const countDevices = (set: SetKey, selection: ComplianceSelection, moment: ComplianceMoment): Prisma.Sql => {
  const inState = (state: ComplianceState) =>
    Prisma.sql`count(*) FILTER (WHERE state = ${state}::text)::int AS ${Prisma.raw(`"${state}"`)}`;
  return Prisma.sql`
    SELECT sequence, ("driftedSince" IS NOT NULL) AS drifted, ${Prisma.join(COMPLIANCE_STATES.map(inState))}
    FROM (${judged(named(set), selection, moment)}) AS judged GROUP BY 1, 2`;
};

/** All sets of one device: those it tracks, and those it was told to track or to forget. */
export const selectSets = (deviceId: string, now: Date): Prisma.Sql => {
  const sets = Prisma.sql`(
    SELECT account_id, name FROM device_sets AS told WHERE told.enrolment_id = d.enrolment_id UNION
    SELECT account_id, name FROM left_sets AS told WHERE told.enrolment_id = d.enrolment_id)`;
  const selection = { condition: Prisma.sql`d.id = ${deviceId}::uuid` };
  return Prisma.sql`${judged(sets, selection, { now })} ORDER BY 1, 2`;
};

const named = ({ accountId, name }: SetKey): Prisma.Sql =>
  Prisma.sql`(SELECT ${accountId}::text AS account_id, ${name}::text AS name)`;

/**
 * What has drifted is what the view drifted_sets has, said again of rows that are joined here anyway: the view would read
 * facts and sets of the fleet a second time.
 * @param sets a table of account_id and name, which may look at the device
 */
function judged(
  sets: Prisma.Sql,
  { condition, sequence }: ComplianceSelection,
  { now, asOf }: ComplianceMoment,
): Prisma.Sql {
  const silentSince = new Date((asOf ?? now).getTime() - UNKNOWN_AFTER_MS);
  const asked = sequence ?? null;
  const [devices, enrolment] = asOf
    ? [Prisma.sql`${DEVICES} ${enrolledAsOf(asOf)}`, Prisma.sql`e.enrolment_id`]
    : [DEVICES, Prisma.sql`d.enrolment_id`];
  const lastSeen = Prisma.raw(asOf ? 'seen.last_seen_at' : 'l.last_seen_at');
  const isUnknown = Prisma.sql`(fact.enrolment_id IS NULL OR ${lastSeen} IS NULL OR ${lastSeen} < ${silentSince}::timestamptz)`;
  return Prisma.sql`
    SELECT wanted.account_id AS "accountId", wanted.name, d.id AS "deviceId", ${enrolment} AS "enrolmentId",
      d.brand_id AS "brandId", d.model, d.serial,
      CASE WHEN ${isUnknown} THEN 'unknown'
           WHEN s.enrolment_id IS NULL THEN 'not-applied'
           WHEN ${asked}::int IS NOT NULL AND s.sequence IS DISTINCT FROM ${asked}::int THEN 'invalid'
           WHEN s.valid THEN 'valid' ELSE 'invalid' END AS state,
      CASE WHEN ${isUnknown} THEN ${lastSeen} ELSE fact.since END AS since,
      s.mode, s.sequence, s.pinned_at AS "pinnedAt",
      CASE WHEN kept.enrolment_id IS NOT NULL THEN greatest(fact.since, kept.left_at) END AS "driftedSince",
      kept.mode AS "leftMode", kept.pinned_at AS "leftPinnedAt",
      kept.command_id AS "commandId", kept.rollout_id AS "rolloutId"
    FROM ${devices}
    CROSS JOIN LATERAL ${sets} AS wanted
    LEFT JOIN ${asOf ? factsAsOf('validation-sets', asOf) : TOLD} AS fact ON fact.enrolment_id = ${enrolment}
    LEFT JOIN ${setsAsOf(asOf)} AS s
      ON s.enrolment_id = ${enrolment} AND s.account_id = wanted.account_id AND s.name = wanted.name
    LEFT JOIN left_sets AS kept
      ON kept.enrolment_id = ${enrolment} AND kept.account_id = wanted.account_id AND kept.name = wanted.name
     AND ${asOf ? Prisma.sql`FALSE` : DRIFTED}
    WHERE ${enrolment} IS NOT NULL AND ${condition}`;
}

const TOLD = Prisma.sql`(
  SELECT enrolment_id, received_at AS since, journal_epoch, number FROM device_facts WHERE name = 'validation-sets')`;
const DRIFTED = Prisma.sql`(fact.journal_epoch, fact.number) > (kept.applied_epoch, kept.applied_number)
  AND (s.mode, s.pinned_at) IS DISTINCT FROM (kept.mode, kept.pinned_at)`;

function isAskedFor({ state, drifted }: ComplianceSelection): Prisma.Sql {
  const inState = state === undefined ? Prisma.sql`TRUE` : Prisma.sql`state = ${state}::text`;
  if (drifted === undefined) return inState;
  return Prisma.sql`${inState} AND ("driftedSince" IS NOT NULL) = ${drifted}::boolean`;
}
