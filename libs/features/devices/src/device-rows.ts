import { Prisma } from '@corefleet/platform/database';
import { DEVICES } from './filter/condition-sql';

/** A device with what its link and the penalty box have of it; NULL where they have nothing. */
export interface DeviceRow {
  readonly id: string;
  readonly brandId: string;
  readonly model: string;
  readonly serial: string;
  readonly labels: Record<string, string>;
  readonly enrolmentId: string | null;
  readonly createdAt: Date;
  readonly reEnrolUntil: Date | null;
  readonly claimedAt: Date | null;
  readonly agentVersion: string | null;
  readonly protocol: number | null;
  readonly bootId: string | null;
  readonly snapdState: string | null;
  readonly lastSeenAt: Date | null;
  readonly failures: number | null;
  readonly until: Date | null;
}

/** The device with this id. */
export const deviceSql = (id: string): Prisma.Sql =>
  rowsOf(Prisma.sql`SELECT d.* FROM devices AS d WHERE d.id = ${id}::uuid`);

/**
 * The first `limit` devices a condition on DEVICES holds of, in the order they joined.
 * @param page.after id of the device before the first
 */
export const devicesSql = (
  condition: Prisma.Sql,
  { after, limit }: { after: string | undefined; limit: number },
): Prisma.Sql => {
  const rest = after === undefined ? Prisma.sql`TRUE` : Prisma.sql`d.id > ${after}::uuid`;
  return rowsOf(Prisma.sql`SELECT d.* FROM ${DEVICES} WHERE ${condition} AND ${rest} ORDER BY d.id LIMIT ${limit}`);
};

/** One statement for all that Postgres has of a page: each further one costs the API as much as its rows do. */
const rowsOf = (devices: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT d.id, d.brand_id AS "brandId", d.model, d.serial, d.labels, d.enrolment_id AS "enrolmentId",
    d.created_at AS "createdAt", d.re_enrol_until AS "reEnrolUntil", d.claimed_at AS "claimedAt",
    l.agent_version AS "agentVersion", l.protocol, l.boot_id AS "bootId", l.snapd_state AS "snapdState",
    l.last_seen_at AS "lastSeenAt", p.failures, p.until
  FROM (${devices}) AS d
  LEFT JOIN device_links AS l ON l.enrolment_id = d.enrolment_id
  LEFT JOIN device_penalties AS p ON p.device_id = d.id
  ORDER BY d.id`;
