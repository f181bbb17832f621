import type { CallOptions, SnapdCaller } from './caller';
import { snapdPath, withQuery } from './path';
import { toRow, toRows, type RequiredFields } from './rows';

/**
 * Status of a change or task (snapd overlord/state/change.go). Not monotonic: `Doing → Do → Doing → Done` is normal,
 * and only `ready` tells that a change has ended.
 */
export type ChangeStatus =
  'Hold' | 'Do' | 'Doing' | 'Done' | 'Abort' | 'Undo' | 'Undoing' | 'Undone' | 'Error' | 'Wait' | 'Default';

/** `done == total` does not mean finished: a task without progress of its own shows 1/1 from Doing on. */
export interface TaskProgress {
  label: string;
  done: number;
  total: number;
}

/** One step of a change. Tasks are added while the change runs. */
export interface Task {
  id: string;
  kind: string;
  summary: string;
  status: ChangeStatus;
  /** At most the 10 newest lines, `<RFC 3339 seconds> INFO|ERROR <text>`. */
  log?: string[];
  progress?: TaskProgress;
  'spawn-time'?: string;
  'ready-time'?: string;
  data?: { 'affected-snaps'?: string[]; [key: string]: unknown };
}

/** A tracked modification. snapd forgets a ready one after 24 h, or sooner past 500 of them (overlord.go pruneWait). */
export interface Change {
  id: string;
  /** An open set: snapd starts changes of its own. */
  kind: string;
  summary: string;
  status: ChangeStatus;
  /** In order of addition, not of execution; absent when there are none. */
  tasks?: Task[];
  ready: boolean;
  /** Only with status Error. */
  err?: string;
  /** Go RFC3339Nano in the device's zone; see timestamps.ts. */
  'spawn-time'?: string;
  'ready-time'?: string;
  data?: { 'snap-names'?: string[]; [key: string]: unknown };
}

/** Which changes to list. */
export interface ChangeFilter {
  /** snapd's default is in-progress. */
  select?: 'all' | 'in-progress' | 'ready';
  /** Only changes that name this snap; changes without snap names (remodel, recovery systems) never match. */
  for?: string;
}

const changeFields: RequiredFields<Change> = {
  id: 'string',
  kind: 'string',
  summary: 'string',
  status: 'string',
  ready: 'boolean',
};
const taskFields: RequiredFields<Task> = { id: 'string', kind: 'string', summary: 'string', status: 'string' };

/** Reads and aborts changes. */
export class Changes {
  constructor(private readonly caller: SnapdCaller) {}

  /** Changes by rising id; snapd itself answers in random order. */
  async list(filter: ChangeFilter = {}, options?: CallOptions): Promise<Change[]> {
    const path = withQuery('/v2/changes', { select: filter.select, for: filter.for });
    const rows = toRows<Change>(await this.caller.get(path, options), changeFields, { method: 'GET', path });
    return rows.map((row) => checked(row, path)).sort((a, b) => compareChangeIds(a.id, b.id));
  }

  /**
   * One change with its tasks.
   * @throws SnapdError status 404 without kind when there is none, also after pruning and factory reset
   */
  async get(id: string, options?: CallOptions): Promise<Change> {
    const path = snapdPath('changes', id);
    return toChange(await this.caller.get(path, options), path);
  }

  /**
   * Asks snapd to stop and undo a change. Returns it as flagged, not as it will end: aborting while a task runs normally
   * ends in Error, and the change is over only when it is `ready`.
   * @throws SnapdError status 400 without kind when the change is ready already
   */
  async abort(id: string, options?: CallOptions): Promise<Change> {
    const path = snapdPath('changes', id);
    return toChange(await this.caller.sync({ method: 'POST', path, json: { action: 'abort' } }, options), path);
  }
}

/** Orders change ids as the decimal numbers they are; anything else by length, then by text. */
export function compareChangeIds(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+(?=\d)/, ''), b.replace(/^0+(?=\d)/, '')];
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : Number(left > right);
}

/** A line of a task's log, taken apart. */
export interface TaskLogLine {
  time: string;
  level: string;
  /** May contain line breaks. */
  text: string;
}

/** Takes a task's log line apart; undefined when it has another shape. */
export function parseTaskLogLine(line: string): TaskLogLine | undefined {
  const match = /^(\S+) ([A-Z]+) ([\s\S]*)$/.exec(line);
  return match ? { time: match[1] ?? '', level: match[2] ?? '', text: match[3] ?? '' } : undefined;
}

/** One change, its tasks checked too. */
export function toChange(result: unknown, path: string): Change {
  return checked(toRow<Change>(result, changeFields, { method: 'GET', path }), path);
}

function checked(change: Change, path: string): Change {
  if (change.tasks !== undefined) toRows<Task>(change.tasks, taskFields, { method: 'GET', path });
  return change;
}
