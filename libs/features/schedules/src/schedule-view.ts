import type { ScheduledRollout } from '@corefleet/contracts/http';
import { shownDetails } from '@corefleet/features/audit';
import type { Prisma } from '@corefleet/platform/database';

export type ScheduleRow = Prisma.ScheduleGetPayload<object>;

/** A schedule as people see it. */
export interface ScheduleView {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly cron: string;
  readonly timeZone: string;
  readonly jitterSeconds: number;
  readonly ifRunning: 'skip' | 'queue';
  /** Without secrets. */
  readonly rollout: ScheduledRollout;
  readonly nextAt: Date | null;
  readonly reason: string | null;
  readonly last: { readonly occurrence: Date; readonly outcome: string; readonly reason: string | null } | null;
  readonly lastRolloutId: string | null;
  readonly author: string;
  readonly createdAt: Date;
  readonly version: number;
}

export interface SchedulePage {
  readonly items: ScheduleView[];
  readonly next?: string;
}

export function scheduleView(row: ScheduleRow): ScheduleView {
  const { id, name, enabled, cron, timeZone, jitterSeconds, nextAt, reason, lastRolloutId, createdAt, version } = row;
  const { lastAt, lastOutcome, lastReason } = row;
  return {
    ...{ id, name, enabled, cron, timeZone, jitterSeconds, nextAt, reason, lastRolloutId, createdAt, version },
    ifRunning: row.ifRunning === 'queue' ? 'queue' : 'skip',
    rollout: shownDetails(row.rollout) as ScheduledRollout,
    last: lastAt && lastOutcome !== null ? { occurrence: lastAt, outcome: lastOutcome, reason: lastReason } : null,
    author: row.authorName,
  };
}
