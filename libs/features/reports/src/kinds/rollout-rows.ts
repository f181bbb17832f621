import { DEVICES } from '@corefleet/features/devices';
import { Prisma } from '@corefleet/platform/database';

export interface RolloutFacts {
  readonly name: string;
  readonly status: string;
  readonly reason: string | null;
  readonly filter: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly approvalsNeeded: number;
  readonly acceptedFailures: number;
}

/** Targets of one wave that stand alike. */
export interface TargetCount {
  readonly wave: number;
  readonly phase: string;
  readonly state: string;
  readonly late: string | null;
  readonly devices: number;
}

/** Causes that are told apart in a summary: messages of devices may be as many as devices. */
const CAUSES_MOST = 50;
/** Entries of a timeline: rollouts that pause by themselves again and again have more. */
const ENTRIES_MOST = 500;

export const selectRollout = (id: string): Prisma.Sql => Prisma.sql`
  SELECT name, status, reason, filter, created_by AS "createdBy", created_at AS "createdAt", started_at AS "startedAt",
    finished_at AS "finishedAt", approvals_needed AS "approvalsNeeded", accepted_failures AS "acceptedFailures"
  FROM rollouts WHERE id = ${id}::uuid`;

export const selectWaves = (id: string): Prisma.Sql => Prisma.sql`
  SELECT number, status, started_at AS "startedAt", finished_at AS "finishedAt"
  FROM waves WHERE rollout_id = ${id}::uuid ORDER BY number`;

export const countTargets = (id: string, condition: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT target.wave, target.phase, target.state, target.late, count(*)::int AS devices
  FROM ${targets(id, condition)} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3`;

export const countCauses = (id: string, condition: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT target.state, target.cause, target.message, count(*)::int AS devices, min(d.serial) AS example
  FROM ${targets(id, condition)} AND target.cause IS NOT NULL AND target.state <> 'succeeded'
  GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT ${CAUSES_MOST}`;

export const selectApprovals = (id: string): Prisma.Sql => Prisma.sql`
  SELECT a.at, a.person_name AS person, a.decision, a.remark, a.plan_digest = r.plan_digest AS "ofThisPlan"
  FROM rollout_approvals AS a JOIN rollouts AS r ON r.id = a.rollout_id WHERE a.rollout_id = ${id}::uuid ORDER BY a.at`;

/** What people did to it, and what it did by itself; not each batch of its targets. */
export const selectTimeline = (id: string): Prisma.Sql => Prisma.sql`
  SELECT at, actor_name AS actor, action, outcome, remark FROM audit_entries
  WHERE subject_id = ${id}::text AND action <> 'rollout.targets' ORDER BY id LIMIT ${ENTRIES_MOST}`;

export const selectTargets = (id: string, condition: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT d.serial, d.brand_id AS "brandId", d.model, target.site, target.wave, target.phase, target.state, target.cause,
    target.message, target.late, target.attempt, target.offered_at AS "offeredAt", target.finished_at AS "finishedAt",
    target.device_id AS "deviceId"
  FROM ${targets(id, condition)} ORDER BY target.device_id`;

const targets = (id: string, condition: Prisma.Sql): Prisma.Sql => Prisma.sql`rollout_targets AS target
  JOIN (${DEVICES}) ON d.id = target.device_id WHERE target.rollout_id = ${id}::uuid AND ${condition}`;
