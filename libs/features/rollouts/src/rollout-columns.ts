import type { CreateRolloutRequest, PlanSummary, RolloutDoes, WaveSize } from '@corefleet/contracts/http';
import type { RolloutRow, WaveRow } from './rollout-row';
import type { RolloutView, WaveView } from './rollout-view';
import { shownDoes } from './shown-steps';

/** The columns that say what a rollout is, as its (resolved) request has them. */
export function requestColumns(request: CreateRolloutRequest) {
  const { name, does, filter, priority, limits, gate, precheck, lateJoiners, expireAfterSeconds } = request;
  const { deadlineSeconds, attempts, catchUp, window } = request;
  return {
    ...{ name, filter, priority, precheck, lateJoiners, expireAfterSeconds },
    does: does as object,
    steps: 'steps' in does ? (does.steps as object[]) : [],
    limits: limits as object,
    gate: gate as object,
    time: { deadlineSeconds, attempts, catchUp, ...(window && { window }) } as object,
    startAt: request.startAt === undefined ? null : new Date(request.startAt),
    approvalsNeeded: request.approvals,
  };
}

/**
 * The request that would make the rollout as it is now, with what people have adjusted since.
 * @param asked.does as it was asked for, before it was resolved
 */
export function requestOf(row: RolloutRow, { does, now }: { does: RolloutDoes; now: Date }): CreateRolloutRequest {
  const { name, filter, limits, gate, priority, precheck, lateJoiners, startAt, expireAfterSeconds, time } = row;
  const waves = row.waves.filter(({ number }) => number > 0);
  return {
    ...{ name, does, filter, limits, gate, priority, precheck, lateJoiners, expireAfterSeconds, ...time },
    waves: waves.map((wave) => ({ ...(wave.asked as object), gate: wave.gate }) as WaveSize),
    ...(startAt !== null && startAt > now && { startAt: startAt.toISOString() }),
    approvals: row.approvalsNeeded,
    draft: row.status === 'draft',
  };
}

/** A rollout as people see it. */
export function rolloutView(row: RolloutRow): RolloutView {
  const { id, name, filter, status, statusSince, reason, priority, precheck, lateJoiners, startAt, expiresAt } = row;
  const { approvalsNeeded, planVersion, planDigest, targetCount } = row;
  const { createdBy, createdAt, startedAt, finishedAt, version } = row;
  const { deadlineSeconds, attempts, catchUp, window } = row.time;
  return {
    ...{ id, name, filter, status, statusSince, reason, priority, precheck, lateJoiners, startAt, expiresAt },
    ...{ approvalsNeeded, planVersion, planDigest, targetCount, deadlineSeconds, attempts, catchUp },
    ...{ createdBy, createdAt, startedAt, finishedAt, version },
    does: shownDoes(row.does),
    limits: row.limits,
    gate: row.gate,
    window: window ?? null,
    plan: row.planSummary as unknown as PlanSummary,
    waves: row.waves.map(waveView).sort((a, b) => a.number - b.number),
  };
}

function waveView(row: WaveRow): WaveView {
  const { number, asked, gate, size, status, counts, startedAt, settledAt, finishedAt } = row;
  return { number, asked, gate, size, status, counts, startedAt, settledAt, finishedAt };
}
