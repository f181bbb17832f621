import { Prisma } from '@corefleet/platform/database';

export const KINDS_OF_HISTORY = ['enrolment', 'snap', 'change', 'command', 'rollout', 'act'] as const;

export interface Span {
  readonly from: Date;
  /** Just before it. */
  readonly to: Date;
}

/** Oldest first. */
export const selectHistory = (deviceId: string, span: Span): Prisma.Sql => Prisma.sql`
  SELECT * FROM (${everything(deviceId)}) AS history WHERE ${within(span)} ORDER BY at, kind, reference, summary`;

export const countHistory = (deviceId: string, span: Span): Prisma.Sql => Prisma.sql`
  SELECT kind, count(*)::int AS count FROM (${everything(deviceId)}) AS history WHERE ${within(span)} GROUP BY 1`;

const within = ({ from, to }: Span): Prisma.Sql => Prisma.sql`at >= ${from}::timestamptz AND at < ${to}::timestamptz`;

/** Columns at, kind, summary, outcome, who, detail, rollout, reference. */
function everything(deviceId: string): Prisma.Sql {
  const enrolments = Prisma.sql`(SELECT id FROM enrolments WHERE device_id = ${deviceId}::uuid)`;
  return Prisma.sql`
  SELECT created_at AS at, 'enrolment' AS kind, 'enrolled' AS summary, NULL AS outcome, NULL AS who, NULL AS detail,
    NULL AS rollout, id::text AS reference FROM enrolments WHERE device_id = ${deviceId}::uuid
  UNION ALL
  SELECT ended_at, 'enrolment', 'enrolment ended', status, NULL, NULL, NULL, id::text
  FROM enrolments WHERE device_id = ${deviceId}::uuid AND ended_at IS NOT NULL
  UNION ALL
  SELECT since, 'snap', name || ' at ' || revision || coalesce(' (' || version || ')', ''),
    CASE WHEN NOT active THEN 'disabled' END, NULL, channel, NULL, NULL
  FROM (SELECT enrolment_id, name, revision, version, channel, active, since FROM device_snaps
        UNION ALL SELECT enrolment_id, name, revision, version, channel, active, since FROM device_snaps_past) AS snap
  WHERE enrolment_id IN ${enrolments}
  UNION ALL
  SELECT until, 'snap', name || ' gone', NULL, NULL, NULL, NULL, NULL
  FROM device_snaps_past AS gone
  WHERE enrolment_id IN ${enrolments} AND NOT EXISTS (
    SELECT FROM device_snaps AS next WHERE next.enrolment_id = gone.enrolment_id AND next.name = gone.name AND next.since = gone.until)
    AND NOT EXISTS (
    SELECT FROM device_snaps_past AS next WHERE next.enrolment_id = gone.enrolment_id AND next.name = gone.name AND next.since = gone.until)
  UNION ALL
  SELECT to_timestamp(spawn_time_ns / 1e9), 'change', summary, status, NULL, coalesce(err, kind), NULL, change_id
  FROM changes WHERE enrolment_id IN ${enrolments}
  UNION ALL
  SELECT c.created_at, 'command', c.operation, c.status, c.requested_by, coalesce(c.message, c.cause), r.name, c.id::text
  FROM commands AS c LEFT JOIN rollouts AS r ON r.id = c.rollout_id WHERE c.device_id = ${deviceId}::uuid
  UNION ALL
  SELECT e.at, 'rollout', concat_ws(' ', e.phase, e.state), e.state, NULL, coalesce(e.message, e.cause), r.name, e.rollout_id::text
  FROM target_events AS e LEFT JOIN rollouts AS r ON r.id = e.rollout_id WHERE e.device_id = ${deviceId}::uuid
  UNION ALL
  SELECT at, 'act', action, outcome, actor_name, remark, NULL, id::text
  FROM audit_entries WHERE subject_id = ${deviceId}::text`;
}
