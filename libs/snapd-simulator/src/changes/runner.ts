import type { Clock } from '../clock';
import { abortChange, abortLanes } from './abort';
import type { Change, Task } from './change';
import type { ChangeStore } from './change-store';
import type { FaultPlan } from './faults';
import { durationMultiplier } from './durations';
import { isReady, type Status } from './status';

/** What a handler's work led to; it throws what the task ends in Error with. */
export type TaskOutcome = 'done' | 'wait-for-reboot';

/** How one kind of task acts on the device; both run when the task's time is over. */
export interface TaskHandler<Context> {
  do?(context: Context, task: Task, change: Change): TaskOutcome;
  /** Kinds without `undo` go from Undo straight to Done (§3.4). */
  undo?: 'nothing' | ((context: Context, task: Task, change: Change) => TaskOutcome);
  /** Text of the error when an abort cuts the handler short; without it the handler finishes first. */
  cancelled?(task: Task): string;
  /** How long it takes, in milliseconds, when it is not for the runner to say. */
  takesMs?(context: Context, task: Task): number | undefined;
}

/** What the runner asks of the device it runs on. */
export interface RunnerHost<Context> {
  clock: Clock;
  changes: ChangeStore;
  faults: FaultPlan;
  /** Duration of a task of multiplier 1, in milliseconds; 0 runs a change within the request that started it. */
  taskMs: number;
  handlers: ReadonlyMap<string, TaskHandler<Context>>;
  context: Context;
  bootId(): string;
  /** A task waits for the system to restart. */
  systemRestartWanted(task: Task): void;
}

/** Runs tasks when what they wait for is done; holds one timer per running task and none at rest. */
export class TaskRunner<Context> {
  private readonly timers = new Map<Task, () => void>();
  private stopped = false;
  private ensuring = false;

  constructor(private readonly host: RunnerHost<Context>) {}

  /** Starts whatever can start now. */
  ensure(): void {
    if (this.ensuring || this.stopped) return;
    this.ensuring = true;
    try {
      while (!this.stopped && this.startWhatCan()) continue;
    } finally {
      this.ensuring = false;
    }
  }

  /** Aborts a change: what has not begun is held, what is done is undone, what runs is cut short or finishes first. */
  abort(change: Change): void {
    abortChange(change, (task, status) => this.host.changes.setStatus(change, task, status));
  }

  /** Aborts the lanes of a change that are not through yet; what is done in others stays. */
  abortUnready(change: Change): void {
    const lanes = new Set(change.tasks.filter((task) => !isReady(task.status)).map((task) => task.lane));
    abortLanes(change, lanes, (task, status) => this.host.changes.setStatus(change, task, status));
  }

  /** The daemon goes down: running tasks stay Doing and start over when it is back (§3.6). */
  stop(): void {
    this.stopped = true;
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }

  /** The daemon is back. Tasks waiting for another boot than the present one take the status they waited for. */
  start(): void {
    this.stopped = false;
    for (const change of this.host.changes.unready()) {
      for (const task of change.tasks) {
        if (task.status === 'Wait' && task.waitedBoot !== this.host.bootId()) this.release(change, task);
        else if (RUNNING.has(task.status) && mayFinish(change, task)) this.run(change, task);
      }
    }
    this.ensure();
  }

  private startWhatCan(): boolean {
    let moved = false;
    for (const change of this.host.changes.unready()) {
      for (const task of change.tasks) {
        if (this.stopped) return false;
        if (task.status === 'Abort' && this.cutShort(change, task)) moved = true;
        else if (task.status === 'Doing' && this.awaitsItsEnd(change, task)) moved = this.close(change, task);
        else if (task.status === 'Do' && mayDo(task)) moved = this.begin(change, task, 'Doing');
        else if (task.status === 'Undo' && mayUndo(change, task)) moved = this.begin(change, task, 'Undoing');
      }
    }
    return moved;
  }

  private begin(change: Change, task: Task, status: 'Doing' | 'Undoing'): true {
    if (status === 'Undoing' && !this.host.handlers.get(task.kind)?.undo) {
      this.host.changes.setStatus(change, task, 'Done');
      return true;
    }
    this.host.changes.setStatus(change, task, status);
    if (mayFinish(change, task)) this.run(change, task);
    return true;
  }

  private awaitsItsEnd(change: Change, task: Task): boolean {
    return task.closing !== undefined && !this.timers.has(task) && mayFinish(change, task);
  }

  private close(change: Change, task: Task): true {
    this.run(change, task);
    return true;
  }

  private run(change: Change, task: Task): void {
    const durationMs =
      this.host.faults.slowMs(task) ??
      this.host.handlers.get(task.kind)?.takesMs?.(this.host.context, task) ??
      this.host.taskMs * durationMultiplier(task.kind, task.sizeBytes);
    task.startedNs = this.host.clock.nowNs();
    task.durationMs = durationMs;
    if (durationMs <= 0) return this.finish(change, task);
    const cancel = this.host.clock.setTimer(durationMs, () => {
      this.finish(change, task);
      this.ensure();
    });
    this.timers.set(task, cancel);
  }

  private finish(change: Change, task: Task): void {
    this.timers.delete(task);
    const handler = this.host.handlers.get(task.kind);
    try {
      if (task.status === 'Undoing') {
        const outcome = typeof handler?.undo === 'function' ? handler.undo(this.host.context, task, change) : 'done';
        if (outcome === 'wait-for-reboot') return this.waitForReboot(change, task, 'Undone');
        return this.host.changes.setStatus(change, task, 'Undone');
      }
      const injected = this.host.faults.takeFailure(task);
      if (injected !== undefined) throw new Error(injected);
      this.settle(change, task, handler?.do?.(this.host.context, task, change) ?? 'done');
    } catch (cause) {
      this.fail(change, task, (cause as Error).message);
    }
  }

  private settle(change: Change, task: Task, outcome: TaskOutcome): void {
    if (task.status === 'Abort') return this.host.changes.setStatus(change, task, 'Undo');
    if (outcome !== 'wait-for-reboot') return this.host.changes.setStatus(change, task, 'Done');
    this.waitForReboot(change, task, 'Done');
  }

  /** The task waits for the restart of the system, and with it those that run until the end of the change (§3.6). */
  private waitForReboot(change: Change, task: Task, waited: Status): void {
    this.setToWait(change, task, waited);
    for (const other of change.tasks) {
      if (other.closing !== undefined && !isReady(other.status)) this.setToWait(change, other, 'Do');
    }
    this.host.systemRestartWanted(task);
  }

  private setToWait(change: Change, task: Task, waited: Status): void {
    task.waited = waited;
    task.waitedBoot = this.host.bootId();
    this.host.changes.log(task, 'INFO', 'Task set to wait until a system restart allows to continue');
    this.host.changes.setStatus(change, task, 'Wait');
  }

  private fail(change: Change, task: Task, text: string): void {
    abortLanes(change, [task.lane], (other, status) => this.host.changes.setStatus(change, other, status));
    this.host.changes.log(task, 'ERROR', text);
    this.host.changes.setStatus(change, task, 'Error');
  }

  // §10.25: a cancelled handler's error counts, so an abort mostly ends in Error; others finish and are undone.
  private cutShort(change: Change, task: Task): boolean {
    if (task.closing !== undefined && !this.timers.has(task)) {
      this.host.changes.setStatus(change, task, 'Hold');
      return true;
    }
    const text = this.host.handlers.get(task.kind)?.cancelled?.(task);
    if (text === undefined) return false;
    this.timers.get(task)?.();
    this.timers.delete(task);
    this.fail(change, task, text);
    return true;
  }

  private release(change: Change, task: Task): void {
    const status = task.waited ?? 'Done';
    delete task.waited;
    delete task.waitedBoot;
    this.host.changes.setStatus(change, task, status);
  }
}

const RUNNING: ReadonlySet<Status> = new Set(['Doing', 'Undoing', 'Abort']);

function mayDo(task: Task): boolean {
  return task.waits.every((wait) => wait.status === 'Done');
}

function mayFinish(change: Change, { closing }: Task): boolean {
  return (
    closing === undefined || change.tasks.every((other) => (other.closing ?? 0) >= closing || isReady(other.status))
  );
}

function mayUndo(change: Change, task: Task): boolean {
  return change.tasks.every((other) => !other.waits.includes(task) || isReady(other.status));
}
