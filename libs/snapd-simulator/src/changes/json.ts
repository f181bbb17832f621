import { formatTime } from '../go-time';
import { errorText, shownReady, statusOf, type Change, type Task } from './change';

/** A change as `GET /v2/changes/{id}` shows it (§3.1). */
export function changeJson(change: Change, nowNs: bigint): Record<string, unknown> {
  const err = errorText(change);
  return {
    id: String(change.id),
    kind: change.kind,
    summary: change.summary,
    status: statusOf(change),
    ...(change.tasks.length > 0 && { tasks: change.tasks.map((task) => taskJson(task, nowNs)) }),
    ready: shownReady(change),
    ...(err !== undefined && { err }),
    'spawn-time': formatTime(change.spawnNs),
    ...(change.readyNs !== undefined && { 'ready-time': formatTime(change.readyNs) }),
    ...(change.data && { data: change.data }),
  };
}

function taskJson(task: Task, nowNs: bigint): Record<string, unknown> {
  return {
    id: String(task.id),
    kind: task.kind,
    summary: task.summary,
    status: task.status,
    ...(task.log && { log: task.log }),
    progress: progressOf(task, nowNs),
    'spawn-time': formatTime(task.spawnNs),
    ...(task.readyNs !== undefined && { 'ready-time': formatTime(task.readyNs) }),
    ...(task.snaps && { data: { 'affected-snaps': task.snaps } }),
  };
}

/** §10.22: downloads count bytes of time passed; other tasks say 0/1 before they start and 1/1 ever after. */
function progressOf(task: Task, nowNs: bigint): Record<string, unknown> {
  if (task.sizeBytes === undefined || task.startedNs === undefined) {
    return { label: '', done: task.status === 'Do' ? 0 : 1, total: 1 };
  }
  const total = task.sizeBytes;
  return { label: task.snaps?.[0] ?? '', done: RUNNING.has(task.status) ? bytesDone(task, nowNs) : total, total };
}

const RUNNING: ReadonlySet<string> = new Set(['Doing', 'Abort']);

function bytesDone(task: Task, nowNs: bigint): number {
  const total = task.sizeBytes ?? 0;
  const passedMs = Number(nowNs - (task.startedNs ?? nowNs)) / 1e6;
  const share = task.durationMs ? Math.min(1, Math.max(0, passedMs / task.durationMs)) : 1;
  return Math.floor(total * share);
}
