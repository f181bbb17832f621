import type { Status } from './status';
import type { Change, Task } from './change';

/** Where each kind of progress goes when its task is aborted; anything else stays as it is (§3.4). */
const ABORTED: Partial<Record<Status, Status>> = { Do: 'Hold', Doing: 'Abort', Done: 'Undo' };

/**
 * Aborts whole lanes: their tasks, whatever waits for those, and the lanes these belong to in turn.
 * @param setStatus records one task's new status
 */
export function abortLanes(
  change: Change,
  lanes: Iterable<number>,
  setStatus: (task: Task, status: Status) => void,
): void {
  const aborted = new Set(lanes);
  const queue = change.tasks.filter((task) => aborted.has(task.lane));
  const seen = new Set<Task>();
  for (let task = queue.shift(); task; task = queue.shift()) {
    if (seen.has(task)) continue;
    seen.add(task);
    abortTask(task, setStatus);
    queue.push(...change.tasks.filter((other) => other.waits.includes(task)));
    if (task.lane !== 0 && !aborted.has(task.lane)) {
      aborted.add(task.lane);
      queue.push(...change.tasks.filter((other) => other.lane === task.lane));
    }
  }
}

/** Aborts the whole change, as `POST /v2/changes/{id}` with action abort does. */
export function abortChange(change: Change, setStatus: (task: Task, status: Status) => void): void {
  for (const task of change.tasks) abortTask(task, setStatus);
}

function abortTask(task: Task, setStatus: (task: Task, status: Status) => void): void {
  const effective = task.status === 'Wait' ? (task.waited ?? 'Done') : task.status;
  const next = ABORTED[effective];
  if (next) setStatus(task, next);
}
