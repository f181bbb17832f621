import { Injectable } from '@nestjs/common';
import type { RolloutStep } from '@corefleet/contracts/http';
import { Database } from '@corefleet/platform/database';
import type { PlannedDeviceView, TargetEventView, TargetPage, TargetView } from './rollout-view';
import { shownSteps } from './shown-steps';
import { NEVER } from './target-state';

interface Page {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface PlannedRow extends Omit<PlannedDeviceView, 'steps' | 'rollback' | 'plan'> {
  readonly steps: RolloutStep[];
  readonly rollback: RolloutStep[] | null;
  /** null: of a rollout that was made before plans were kept. */
  readonly plan: PlannedDeviceView['plan'] | null;
}

/** The devices of a rollout as people read them. */
@Injectable()
export class TargetsReadModel {
  constructor(private readonly database: Database) {}

  /** In the order of their ids. @param query.cursor device id of the last target of the page before */
  async targets(
    rolloutId: string,
    query: Page & { wave?: number | undefined; status?: string | undefined; cause?: string | undefined },
  ): Promise<TargetPage> {
    const rows = await this.database.rows<TargetView & { notBefore: Date }>('rollout-targets', TARGETS, [
      ...[rolloutId, query.wave ?? null, query.cursor ?? null, query.status ?? null, query.cause ?? null],
      query.limit + 1,
    ]);
    const items = rows.slice(0, query.limit).map((row) => ({ ...row, notBefore: knownTime(row) }));
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, next: last.deviceId } : { items };
  }

  /** What is planned for them, in the order of their ids. @param query.cursor as of `targets` */
  async plan(rolloutId: string, query: Page): Promise<{ items: PlannedDeviceView[]; next?: string }> {
    const rows = await this.database.rows<PlannedRow>('rollout-plan', PLAN, [
      ...[rolloutId, query.cursor ?? null],
      query.limit + 1,
    ]);
    const items = rows.slice(0, query.limit).map(plannedDevice);
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, next: last.deviceId } : { items };
  }

  /** What became of them, oldest first. @param query.cursor id of the last event of the page before */
  async events(
    rolloutId: string,
    query: Page & { deviceId?: string | undefined },
  ): Promise<{ items: TargetEventView[]; next?: string }> {
    const rows = await this.database.prisma.targetEvent.findMany({
      where: {
        rolloutId,
        ...(query.deviceId !== undefined && { deviceId: query.deviceId }),
        ...(query.cursor !== undefined && { id: { gt: BigInt(query.cursor) } }),
      },
      orderBy: { id: 'asc' },
      take: query.limit + 1,
    });
    const page = rows.slice(0, query.limit);
    const items = page.map(({ deviceId, at, phase, state, cause, message, attempt, step, commandId }) => {
      return { deviceId, at, phase, state, cause, message, attempt, step, commandId };
    });
    const last = page.at(-1);
    return rows.length > query.limit && last ? { items, next: String(last.id) } : { items };
  }
}

/** Only a waiting target is looked at again at a time that somebody knows. */
function knownTime({ status, notBefore }: TargetView & { notBefore: Date }): Date | null {
  return status === 'waiting' && notBefore < NEVER ? notBefore : null;
}

function plannedDevice({ plan, steps, rollback, ...named }: PlannedRow): PlannedDeviceView {
  return {
    ...named,
    plan: plan ?? { verdict: 'change', actions: [], blockers: [], warnings: [] },
    steps: shownSteps(steps),
    rollback: rollback && shownSteps(rollback),
  };
}

const TARGETS = `
SELECT t.device_id AS "deviceId", d.serial, t.wave, t.site, t.phase, t.state AS status, t.cause, t.message, t.late, t.attempt,
       t.step, t.command_id AS "commandId", t.not_before AS "notBefore"
  FROM rollout_targets t JOIN devices d ON d.id = t.device_id
 WHERE t.rollout_id = $1::uuid AND ($2::int IS NULL OR t.wave = $2) AND ($3::uuid IS NULL OR t.device_id > $3)
   AND ($4::text IS NULL OR t.state = $4) AND ($5::text IS NULL OR t.cause = $5)
 ORDER BY t.device_id LIMIT $6`;

const PLAN = `
SELECT t.device_id AS "deviceId", d.serial, t.wave, t.plan, coalesce(t.steps, r.steps) AS steps, t.rollback
  FROM rollout_targets t JOIN devices d ON d.id = t.device_id JOIN rollouts r ON r.id = t.rollout_id
 WHERE t.rollout_id = $1::uuid AND ($2::uuid IS NULL OR t.device_id > $2)
 ORDER BY t.device_id LIMIT $3`;
