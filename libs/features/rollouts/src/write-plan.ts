import type { PlanSummary } from '@corefleet/contracts/http';
import { bulk, type Transaction } from '@corefleet/platform/database';
import { ConflictError } from '@corefleet/platform/errors';
import { PlanDigest } from './plan-digest';
import { SummaryOfPlans } from './plan-summary';
import { shownPlan } from './plan-view';
import type { PlannedTarget, PreparedPlan, RolloutPlanning } from './rollout-planning';
import { countKey } from './target-state';

/** What was written, as the rollout's row tells it. */
export interface WrittenPlan {
  readonly planDigest: string;
  readonly planSummary: PlanSummary;
  readonly targetCount: number;
}

/** Within which a plan is written: 100,000 devices take a tenth of it. */
export const PLAN_WRITTEN_MS = 120_000;

/**
 * Writes the targets and waves of a rollout whose row is there, page by page. Waves are as big as what was written: a device
 * that has moved since the plan was prepared is planned as it is now.
 * @throws ConflictError when a wave lost all its devices meanwhile
 */
export async function writePlan(
  tx: Transaction,
  planning: RolloutPlanning,
  rollout: { readonly id: string; readonly version: number; readonly plan: PreparedPlan; readonly now: Date },
): Promise<WrittenPlan> {
  const { id, plan, now } = rollout;
  const { remark: _remark, ...request } = plan.request;
  const digest = new PlanDigest(rollout.version, request);
  const summary = new SummaryOfPlans();
  const sizes = [0, ...plan.sizes.map(() => 0)];
  const phase = phaseOfNew(request);
  for await (const targets of planning.pages(plan)) {
    digest.add(targets);
    targets.forEach((target) => summary.add(target.plan));
    targets.forEach(({ wave }) => (sizes[wave] = (sizes[wave] ?? 0) + 1));
    await insertTargets(tx, { rolloutId: id, phase, now }, targets);
  }
  await writeWaves(tx, rollout, sizes, countKey({ phase, state: 'pending', cause: null, late: null }));
  const targetCount = sizes.reduce((total, size) => total + size, 0);
  return { planDigest: digest.digest(), planSummary: summary.summary(), targetCount };
}

/** In which phase a target begins. */
export const phaseOfNew = ({ precheck }: { readonly precheck: boolean }): 'precheck' | 'apply' =>
  precheck ? 'precheck' : 'apply';

async function writeWaves(
  tx: Transaction,
  { id, plan, now }: { readonly id: string; readonly plan: PreparedPlan; readonly now: Date },
  [out = 0, ...sizes]: readonly number[],
  pendingKey: string,
): Promise<void> {
  const empty = sizes.indexOf(0);
  if (empty >= 0)
    throw new ConflictError(`cannot plan rollout: devices of wave ${empty + 1} changed meanwhile, plan again`);
  const leftOut = { rolloutId: id, number: 0, asked: {}, gate: {}, size: out, status: 'passed', finishedAt: now };
  const waves = plan.request.waves.map(({ gate = {}, ...asked }, at) => {
    const size = sizes[at] ?? 0;
    return { rolloutId: id, number: at + 1, asked, gate, size, status: 'pending', counts: { [pendingKey]: size } };
  });
  await tx.wave.createMany({ data: [...(out > 0 ? [{ ...leftOut, counts: { skipped: out } }] : []), ...waves] });
}

/** In one statement. Who changes is pending; who does not is skipped, with the reason. */
export async function insertTargets(
  tx: Transaction,
  { rolloutId, phase, now }: { readonly rolloutId: string; readonly phase: string; readonly now: Date },
  targets: readonly PlannedTarget[],
): Promise<void> {
  const rows = targets.map(({ deviceId, wave, site, plan }) => ({
    ...{ device_id: deviceId, wave, site, cause: leftOutBecause(plan), message: plan.blockers[0]?.message ?? null },
    ...{ steps: plan.steps, rollback: plan.rollback, plan: shownPlan(plan) },
  }));
  await tx.$executeRaw`
    INSERT INTO rollout_targets (rollout_id, device_id, wave, site, phase, state, cause, message, not_before, finished_at,
                                 steps, rollback, plan)
    SELECT ${rolloutId}::uuid, device_id, wave, site, CASE WHEN cause IS NULL THEN ${phase} ELSE 'apply' END,
           CASE WHEN cause IS NULL THEN 'pending' ELSE 'skipped' END, cause, message, ${now}::timestamptz,
           CASE WHEN cause IS NULL THEN NULL ELSE ${now}::timestamptz END, steps, rollback, plan
      FROM jsonb_to_recordset(${bulk(rows)}::jsonb)
        AS given (device_id uuid, wave int, site text, cause text, message text, steps jsonb, rollback jsonb, plan jsonb)`;
}

function leftOutBecause({ verdict, blockers }: PlannedTarget['plan']): string | null {
  if (verdict === 'change') return null;
  return verdict === 'nothing' ? 'nothing-to-do' : `blocked:${blockers[0]?.cause ?? ''}`;
}
