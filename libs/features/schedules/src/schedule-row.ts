import type { ScheduledRollout } from '@corefleet/contracts/http';
import { namedAt } from './occurrences/occurrence-rules';
import { whereDue } from './occurrences/occurring-kind';
import type { RolloutRows } from './occurrences/rollout-kinds';
import type { ScheduleRow } from './schedule-view';

/** Its column `rollout`, as the API wrote it. */
export const templateOf = ({ rollout }: Pick<ScheduleRow, 'rollout'>): ScheduledRollout =>
  rollout as unknown as ScheduledRollout;

/** Rows of `schedules`. */
export const SCHEDULES: RolloutRows<ScheduleRow> = {
  ...{ name: 'schedule', called: 'schedule', table: 'schedules', topic: 'schedules', nothingToDo: 'refused' },
  find: (tx, id) => tx.schedule.findUnique({ where: { id } }),
  findNamed: (tx, name) => tx.schedule.findUnique({ where: { name } }),
  enabled: (tx) => tx.schedule.findMany({ where: { enabled: true } }),
  due: (tx, now, take) => tx.schedule.findMany({ where: whereDue(now), orderBy: { nextAt: 'asc' }, take }),
  write: (tx, id, columns) =>
    tx.schedule.updateMany({ where: { id }, data: { ...columns, version: { increment: 1 } } }),
  remove: (tx, id) => tx.schedule.delete({ where: { id } }),
  requestAt: (row, occurrence) => {
    const template = templateOf(row);
    return { ...template, name: namedAt(template.name, row.timeZone, occurrence) };
  },
  requestNow: templateOf,
};
