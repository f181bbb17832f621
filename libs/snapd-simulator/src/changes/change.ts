import { changeStatus, isReady, type Status } from './status';

/** One step of a change. Kinds are snapd's; `setup` is what its handler needs. */
export interface Task {
  id: number;
  kind: string;
  summary: string;
  status: Status;
  /** Lane whose tasks are undone together; 0 is the lane of tasks without one (§3.4). */
  lane: number;
  waits: Task[];
  /**
   * Runs from the start of its change, and ends only once the tasks of a lower rank are ready: 1 for
   * process-delayed-security-backend-effects, 2 for check-rerefresh, which also awaits the former.
   */
  closing?: number;
  snaps?: readonly string[];
  setup?: unknown;
  /** Newest lines, at most 10. */
  log?: string[];
  spawnNs: bigint;
  readyNs?: bigint;
  /** Status a waiting task takes after the reboot. */
  waited?: Status;
  /** Boot during which the task began to wait. */
  waitedBoot?: string;
  /** Size of a download, for its progress. */
  sizeBytes?: number;
  /** When the present run began, and how long it takes. */
  startedNs?: bigint;
  durationMs?: number;
}

/** A tracked modification of the device. */
export interface Change {
  id: number;
  kind: string;
  summary: string;
  /** Set at creation of a change without tasks that is done at once. */
  explicit?: Status;
  tasks: Task[];
  spawnNs: bigint;
  readyNs?: bigint;
  data?: Record<string, unknown>;
  /** Snaps the `for=` filter matches. */
  snapNames?: readonly string[];
  /** Ready by its status when the daemon last started, without ever having been seen to get so. */
  restored?: true;
  /** Text that refuses everything else while this runs, where its kind alone does not. */
  exclusive?: string;
  /** Last status a notice told of. */
  noticed?: Status;
}

export const statusOf = (change: Change): Status => change.explicit ?? changeStatus(change.tasks);

export const changeIsReady = (change: Change): boolean => change.readyNs !== undefined || change.restored === true;

/** What `select=ready` goes by: a latch, unlike the `ready` field computed from the status (§3.2). */
export const shownReady = (change: Change): boolean => isReady(statusOf(change));

/** Text of `err`: one line per ERROR log line of each task in Error (§3.1). */
export function errorText(change: Change): string | undefined {
  if (statusOf(change) !== 'Error') return undefined;
  const lines = change.tasks.filter((task) => task.status === 'Error').flatMap(errorLines);
  return `cannot perform the following tasks:\n${lines.join('\n')}`;
}

function errorLines(task: Task): string[] {
  return (task.log ?? []).flatMap((line) => {
    const at = line.indexOf(' ERROR ');
    return at < 0 ? [] : [`- ${task.summary} (${line.slice(at + ' ERROR '.length)})`];
  });
}
