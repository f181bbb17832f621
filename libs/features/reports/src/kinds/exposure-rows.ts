import type { ExposureParameters } from '@corefleet/contracts/http';
import { DEVICES } from '@corefleet/features/devices';
import { enrolledAsOf, factsAsOf, snapsAsOf } from '@corefleet/features/inventory';
import { Prisma } from '@corefleet/platform/database';

type Asked = Omit<ExposureParameters, 'filter'>;

/** Which devices, and when; now when `asOf` is absent. */
export interface ExposureSelection {
  /** A condition on the rows of DEVICES. */
  readonly condition: Prisma.Sql;
  readonly asOf: Date | undefined;
}

/** Devices that have the snap at one revision. */
export interface RevisionCount {
  readonly revision: string;
  readonly version: string | null;
  /** null: it cannot be compared with what was asked for. */
  readonly exposed: boolean | null;
  readonly devices: number;
}

export interface ExposedRow {
  readonly serial: string;
  readonly brandId: string;
  readonly model: string;
  readonly site: string | null;
  readonly revision: string;
  readonly version: string | null;
  readonly channel: string | null;
  readonly active: boolean;
  readonly heldUntil: Date | null;
  readonly since: Date;
  readonly lastSeenAt: Date | null;
  readonly deviceId: string;
}

const OPERATORS = { below: '<', 'at-most': '<=', at: '=', not: '<>', 'at-least': '>=', above: '>' } as const;

/** Newest revision first. */
export const countRevisions = (asked: Asked, selection: ExposureSelection): Prisma.Sql => Prisma.sql`
  SELECT snap.revision, max(snap.version) AS version, ${isExposed(asked)} AS exposed, count(*)::int AS devices
  FROM ${having(asked, selection)}
  GROUP BY snap.revision, snap.revision_number, 3 ORDER BY snap.revision_number DESC NULLS LAST, snap.revision, 3`;

/** How many devices there are, and how many of them have told their snaps. */
export const countTold = (selection: ExposureSelection): Prisma.Sql => Prisma.sql`
  SELECT count(*)::int AS devices, count(fact.enrolment_id)::int AS told
  FROM ${enrolled(selection)}
  LEFT JOIN ${factsAsOf('snaps', selection.asOf)} AS fact ON fact.enrolment_id = ${enrolmentOf(selection)}
  WHERE ${meant(selection)}`;

/** By the id of the device. */
export const selectExposed = (asked: Asked, selection: ExposureSelection): Prisma.Sql => Prisma.sql`
  SELECT d.serial, d.brand_id AS "brandId", d.model, d.labels ->> 'site' AS site, snap.revision, snap.version,
    snap.channel, snap.active, snap.held_until AS "heldUntil", snap.since, ${lastSeenOf(selection)} AS "lastSeenAt", d.id AS "deviceId"
  FROM ${having(asked, selection)} AND (${isExposed(asked)}) ORDER BY d.id`;

const having = ({ snap }: Asked, selection: ExposureSelection): Prisma.Sql => Prisma.sql`${enrolled(selection)}
  JOIN ${snapsAsOf(selection.asOf)} AS snap ON snap.enrolment_id = ${enrolmentOf(selection)} AND snap.name = ${snap}::text
  WHERE ${meant(selection)}`;

const enrolled = ({ asOf }: ExposureSelection): Prisma.Sql =>
  asOf ? Prisma.sql`${DEVICES} ${enrolledAsOf(asOf)}` : DEVICES;

const enrolmentOf = ({ asOf }: ExposureSelection): Prisma.Sql => Prisma.raw(asOf ? 'e.enrolment_id' : 'd.enrolment_id');

const lastSeenOf = ({ asOf }: ExposureSelection): Prisma.Sql =>
  Prisma.raw(asOf ? 'seen.last_seen_at' : 'l.last_seen_at');

const meant = (selection: ExposureSelection): Prisma.Sql =>
  Prisma.sql`${enrolmentOf(selection)} IS NOT NULL AND ${selection.condition}`;

/** NULL where a revision or version cannot be compared. */
function isExposed({ comparison, revision, version }: Asked): Prisma.Sql {
  if (comparison === undefined) return Prisma.sql`TRUE`;
  const operator = Prisma.raw(OPERATORS[comparison]);
  if (revision !== undefined) return Prisma.sql`snap.revision_number ${operator} ${revision}::int`;
  return Prisma.sql`version_numbers(snap.version) ${operator} version_numbers(${version ?? ''}::text)`;
}
