/** snapd's statuses of tasks and changes (§3.2). */
export type Status = 'Hold' | 'Do' | 'Doing' | 'Done' | 'Abort' | 'Undo' | 'Undoing' | 'Undone' | 'Error' | 'Wait';

const READY: ReadonlySet<Status> = new Set(['Done', 'Undone', 'Hold', 'Error']);

/** Whether nothing will move any more. */
export const isReady = (status: Status): boolean => READY.has(status);

const ORDER: readonly Status[] = ['Abort', 'Undoing', 'Undo', 'Doing', 'Do', 'Wait', 'Error', 'Undone', 'Done', 'Hold'];

/** What the status of a change is computed from. */
export interface StatusTask {
  status: Status;
  waits: readonly StatusTask[];
}

/**
 * Status of a change from its tasks: `Wait` when something waits and everything still to run is blocked by it, else
 * the first of snapd's order that any task has; no task at all gives `Hold` (§3.2).
 */
export function changeStatus(tasks: readonly StatusTask[]): Status {
  if (tasks.length === 0) return 'Hold';
  const present = new Set(tasks.map((task) => task.status));
  if (present.has('Wait') && isWaiting(tasks)) return 'Wait';
  return ORDER.find((status) => present.has(status)) ?? 'Hold';
}

function isWaiting(tasks: readonly StatusTask[]): boolean {
  return tasks.every((task) => {
    if (isReady(task.status) || task.status === 'Wait') return true;
    if (task.status === 'Do') return blockedByWait(task);
    return task.status === 'Undo' && tasks.some((other) => other.status === 'Wait' && other.waits.includes(task));
  });
}

function blockedByWait(task: StatusTask): boolean {
  return task.waits.some((wait) => wait.status === 'Wait' || (wait.status === 'Do' && blockedByWait(wait)));
}
