import type { ScheduledRollout } from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import type { Transaction } from '@corefleet/platform/database';
import { ConflictError, NotFoundError } from '@corefleet/platform/errors';
import type { Timetable } from '@corefleet/time-rules';
import type { ScheduleRow } from './schedule-view';

/** Who moves schedules on by themselves. */
export const SYSTEM: Actor = { kind: 'system', id: 'schedules', name: 'schedules' };

/** Its column `rollout`, as the API wrote it. */
export const templateOf = ({ rollout }: Pick<ScheduleRow, 'rollout'>): ScheduledRollout =>
  rollout as unknown as ScheduledRollout;

export const timetableOf = ({ cron, timeZone, jitterSeconds }: Timetable): Timetable => ({
  cron,
  timeZone,
  jitterSeconds,
});

/**
 * Takes the lock of a row for a person's act.
 * @throws NotFoundError; ConflictError while an occurrence of it is starting, which takes seconds
 */
export async function lockForAct(tx: Transaction, id: string, act: string): Promise<ScheduleRow> {
  await tx.$queryRaw`SELECT FROM schedules WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.schedule.findUnique({ where: { id } });
  if (!row) throw new NotFoundError('schedule', id);
  if (!row.startingAt) return row;
  const occurrence = row.startingAt.toISOString();
  throw new ConflictError(
    `cannot ${act} schedule "${row.name}": its rollout of ${occurrence} is being made, try again`,
  );
}

/** Takes the lock of a row that is due. @returns undefined when it is gone, or another process is at it */
export async function lockDue(tx: Transaction, id: string): Promise<ScheduleRow | undefined> {
  const locked = await tx.$queryRaw<
    { id: string }[]
  >`SELECT id FROM schedules WHERE id = ${id}::uuid FOR UPDATE SKIP LOCKED`;
  if (locked.length === 0) return undefined;
  return (await tx.schedule.findUnique({ where: { id } })) ?? undefined;
}
