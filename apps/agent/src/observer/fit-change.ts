import type { ChangeSnapshot } from '@corefleet/contracts/device-protocol';
import type { Change, Task } from '@corefleet/snapd-client';

const SHORT = 512;
const LONG = 64 * 1024;
/** Room a change may take in a frame, in characters of its JSON. */
const MAX_CHANGE = 256 * 1024;

type ReportedChange = ChangeSnapshot['change'];
type ReportedTask = NonNullable<ReportedChange['tasks']>[number];

/**
 * The change as the protocol carries it: texts cut to what the protocol allows, and where it is still too large the
 * logs left out, then the tasks. What is cut ends with `…`.
 */
export function fitChange(change: Change): ReportedChange {
  const whole = toReported(change);
  if (sizeOf(whole) <= MAX_CHANGE) return whole;
  const quiet = { ...whole, ...(whole.tasks && { tasks: whole.tasks.map(({ log: _log, ...task }) => task) }) };
  if (sizeOf(quiet) <= MAX_CHANGE) return quiet;
  const { tasks: _tasks, data: _data, ...bare } = whole;
  return bare;
}

function toReported(change: Change): ReportedChange {
  const { id, kind, summary, status, ready, err, data, tasks } = change;
  return {
    id: cut(id, SHORT),
    kind: cut(kind, SHORT),
    summary: cut(summary, LONG),
    status: cut(status, SHORT),
    ready,
    'spawn-time': cut(change['spawn-time'] ?? '', SHORT),
    ...(tasks && { tasks: tasks.map(toReportedTask) }),
    ...(err !== undefined && { err: cut(err, LONG) }),
    ...(change['ready-time'] !== undefined && { 'ready-time': cut(change['ready-time'], SHORT) }),
    ...(data !== undefined && { data }),
  };
}

function toReportedTask(task: Task): ReportedTask {
  const { id, kind, summary, status, log, progress, data } = task;
  const { label = '', done = 0, total = 1 } = progress ?? {};
  return {
    id: cut(id, SHORT),
    kind: cut(kind, SHORT),
    summary: cut(summary, LONG),
    status: cut(status, SHORT),
    progress: { label: cut(label, LONG), done, total },
    'spawn-time': cut(task['spawn-time'] ?? '', SHORT),
    ...(log && { log: log.map((line) => cut(line, LONG)) }),
    ...(task['ready-time'] !== undefined && { 'ready-time': cut(task['ready-time'], SHORT) }),
    ...(data !== undefined && { data }),
  };
}

/** At most `most` characters, the last of them `…` where something was cut. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

const sizeOf = (value: unknown): number => JSON.stringify(value).length;
