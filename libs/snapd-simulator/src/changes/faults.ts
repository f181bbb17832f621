import type { Task } from './change';

/** A fault asked for by a test or a demo, matched by task kind and, when given, snap. */
interface Fault {
  kind: string;
  snap?: string;
  left: number;
  error?: string;
  ms?: number;
}

export interface FailTaskOptions {
  /** Text of the task's error; the default reads like snapd's for that kind. */
  error?: string;
  /** How many tasks fail; default 1. */
  times?: number;
}

/** Failing and slow tasks to come on one device. */
export class FaultPlan {
  private faults: Fault[] = [];
  /** Nothing can be written any more: tasks that write fail, and snapd's own check refuses where it is switched on. */
  diskFull = false;
  /** Why the next remodel cannot switch the device to its model: told in a log, since snapd goes on. */
  modelSwitchError: string | undefined;

  failTask(kind: string, snap?: string, options: FailTaskOptions = {}): void {
    this.faults.push({ kind, snap, left: options.times ?? 1, error: options.error ?? defaultError(kind, snap) });
  }

  slowTask(kind: string, ms: number, snap?: string): void {
    this.faults.push({ kind, snap, left: Infinity, ms });
  }

  clear(): void {
    this.faults = [];
    this.diskFull = false;
    this.modelSwitchError = undefined;
  }

  /** Duration in milliseconds that replaces the usual one. */
  slowMs(task: Task): number | undefined {
    return this.faults.find((fault) => fault.ms !== undefined && matches(fault, task))?.ms;
  }

  /** The error this run of the task ends with, used up by asking. */
  takeFailure(task: Task): string | undefined {
    const fault = this.faults.find((candidate) => candidate.error !== undefined && matches(candidate, task));
    if (!fault) return this.diskFull ? writeError(task) : undefined;
    if (--fault.left <= 0) this.faults = this.faults.filter((other) => other !== fault);
    return fault.error;
  }
}

/** `kind` is a task kind, or `run-hook:<hook>` for the hook of that name. */
function matches(fault: Fault, task: Task): boolean {
  const [kind, hook] = fault.kind.split(':');
  if (task.kind !== kind || (fault.snap !== undefined && !task.snaps?.includes(fault.snap))) return false;
  return hook === undefined || task.summary.startsWith(`Run ${hook} hook `);
}

function defaultError(kind: string, snap: string | undefined): string {
  if (kind.startsWith('run-hook'))
    return `run hook ${JSON.stringify(kind.split(':')[1] ?? 'configure')}: exit status 1`;
  return `cannot ${kind}${snap === undefined ? '' : ` ${JSON.stringify(snap)}`}: simulated failure`;
}

/** Where the tasks write that need space: a full disk ends them without a hook being run. */
const WRITES: Readonly<Record<string, string>> = {
  'download-snap': '/var/lib/snapd/snaps',
  'pre-download-snap': '/var/lib/snapd/snaps',
  'copy-snap-data': '/var/snap',
  'save-snapshot': '/var/lib/snapd/snapshots',
  'create-recovery-system': '/run/mnt/ubuntu-seed/systems',
};

function writeError({ kind, snaps }: Task): string | undefined {
  const directory = WRITES[kind];
  if (directory === undefined) return undefined;
  return `write ${directory}/${snaps?.[0] ?? 'system'}: no space left on device`;
}
