import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { PlanSummary } from '@corefleet/contracts/http';
import { AuditService } from '@corefleet/features/audit';
import { DevicesService } from '@corefleet/features/devices';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ActPerformer } from './act-performer';
import { requestOf } from './rollout-columns';
import { RolloutPlanning, type PlannedTarget } from './rollout-planning';
import { lockRollout, type RolloutRow } from './rollout-row';
import { SYSTEM } from './system-actor';
import { countKey } from './target-state';
import { insertTargets, phaseOfNew } from './write-plan';

/** Devices of one rollout that join in one transaction; the next look takes the rest. */
const JOINERS_MOST = 1000;

/** Adds devices that have come to match a rollout's filter since it was planned, to those that take late joiners. */
@Injectable()
export class LateJoiners {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly devices: DevicesService,
    private readonly planning: RolloutPlanning,
    private readonly acts: ActPerformer,
    private readonly clock: Clock,
  ) {}

  /** Rollouts that take late joiners now. */
  async rolloutIds(): Promise<string[]> {
    const where = { status: 'running', finishedAt: null, lateJoiners: true }; // the index of open rollouts answers
    const rows = await this.database.prisma.rollout.findMany({ where, select: { id: true } });
    return rows.map(({ id }) => id);
  }

  /** Safe to run in two processes at once, and to die anywhere: a device joins under the lock of the rollout's row. */
  async join(id: string): Promise<void> {
    const rollout = await this.database.prisma.rollout.findUnique({ where: { id }, select: { filter: true } });
    if (!rollout) return;
    const late = await this.late(id, await this.devices.enrolledIds(rollout.filter));
    if (late.length > 0 && (await this.add(id, late))) await this.acts.moved(id);
  }

  /** Those of the devices that the rollout does not know. */
  private async late(id: string, deviceIds: readonly string[]): Promise<string[]> {
    const rows = await this.database.rows<{ id: string }>('late-joiners', LATE, [id, deviceIds, JOINERS_MOST]);
    return rows.map((row) => row.id);
  }

  /** @returns whether it still took some */
  private add(id: string, deviceIds: readonly string[]): Promise<boolean> {
    const add = async (tx: Transaction): Promise<boolean> => {
      const rollout = await lockRollout(tx, id);
      if (rollout?.status !== 'running' || !rollout.lateJoiners) return false;
      const known = await tx.rolloutTarget.findMany({
        where: { rolloutId: id, deviceId: { in: [...deviceIds] } },
        select: { deviceId: true },
      });
      const before = new Set(known.map(({ deviceId }) => deviceId));
      const targets = await this.plan(
        rollout,
        deviceIds.filter((deviceId) => !before.has(deviceId)),
      );
      if (targets.length === 0) return false;
      const now = this.clock.now();
      const phase = phaseOfNew(rollout);
      await insertTargets(tx, { rolloutId: id, phase, now }, targets);
      await this.grow(tx, rollout, targets, now);
      return true;
    };
    return this.planning.exclusively(() => this.database.transaction(add));
  }

  private async plan(rollout: RolloutRow, deviceIds: readonly string[]): Promise<PlannedTarget[]> {
    const wave = lastOpenWave(rollout);
    const request = requestOf(rollout, { does: rollout.does, now: this.clock.now() });
    const waveOf = new Uint8Array(deviceIds.length).fill(wave);
    const targets: PlannedTarget[] = [];
    for await (const page of this.planning.pages({ request, deviceIds, waveOf })) targets.push(...page);
    return targets;
  }

  private async grow(
    tx: Transaction,
    rollout: RolloutRow,
    targets: readonly PlannedTarget[],
    now: Date,
  ): Promise<void> {
    const { id: rolloutId, planSummary, targetCount } = rollout;
    const pending = countKey({ phase: phaseOfNew(rollout), state: 'pending', cause: null, late: null });
    const joined = targets.filter(({ wave }) => wave > 0);
    const wave = lastOpenWave(rollout);
    await growWave(tx, { rolloutId, number: wave, by: joined.length, key: pending, now });
    await growWave(tx, { rolloutId, number: 0, by: targets.length - joined.length, key: 'skipped', now });
    const summary = raised(planSummary as unknown as PlanSummary, targets);
    const data = { planSummary: summary, targetCount: targetCount + targets.length, version: { increment: 1 } };
    await tx.rollout.update({ where: { id: rolloutId }, data });
    const ids = targets.map(({ deviceId }) => deviceId);
    const sha256 = createHash('sha256').update(ids.join('\n')).digest('hex');
    const details = { wave, devices: joined.length, leftOut: ids.length - joined.length, sha256 };
    const subject = { kind: 'rollout', id: rolloutId };
    await this.audit.record(tx, { actor: SYSTEM, action: 'rollout.join', subject, details });
  }
}

/** The last wave that is not over; when all are, the last. */
function lastOpenWave({ waves }: RolloutRow): number {
  const open = waves.filter(({ number, status }) => number > 0 && status !== 'passed' && status !== 'skipped');
  return open.at(-1)?.number ?? waves.at(-1)?.number ?? 1;
}

const raised = (summary: PlanSummary, targets: readonly PlannedTarget[]): PlanSummary =>
  targets.reduce<PlanSummary>((sum, { plan: { verdict } }) => {
    return { ...sum, devices: sum.devices + 1, [verdict]: sum[verdict] + 1 };
  }, summary);

/** The wave has so many more devices, all of them counted under this key. */
async function growWave(
  tx: Transaction,
  wave: {
    readonly rolloutId: string;
    readonly number: number;
    readonly by: number;
    readonly key: string;
    readonly now: Date;
  },
): Promise<void> {
  const { rolloutId, number, by, key, now } = wave;
  if (by === 0) return;
  await tx.$executeRaw`
    INSERT INTO waves AS w (rollout_id, number, asked, gate, size, status, counts, finished_at)
    VALUES (${rolloutId}::uuid, ${number}::int, '{}', '{}', ${by}::int, 'passed', jsonb_build_object(${key}::text, ${by}::int), ${now})
    ON CONFLICT (rollout_id, number) DO UPDATE SET
      size = w.size + excluded.size,
      counts = w.counts || jsonb_build_object(${key}::text, coalesce((w.counts->>${key}::text)::int, 0) + excluded.size)`;
}

const LATE = `
SELECT given.id FROM unnest($2::uuid[]) AS given (id)
 WHERE NOT EXISTS (SELECT FROM rollout_targets t WHERE t.rollout_id = $1::uuid AND t.device_id = given.id)
 ORDER BY given.id LIMIT $3`;
