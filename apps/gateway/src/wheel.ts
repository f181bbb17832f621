import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { GatewayContext } from './gateway-context';

interface Task {
  readonly name: string;
  readonly everyMs: number;
  readonly run: (nowMs: number) => void | Promise<void>;
  dueMs: number;
  running: boolean;
}

interface Later {
  readonly dueMs: number;
  readonly run: () => void;
}

const TICK_MS = 50;
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 15_000;

/** The one timer of a gateway: everything that is due now and again, and everything to be tried again. */
@Injectable()
export class Wheel {
  private readonly tasks: Task[] = [];
  private later: Later[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly context: GatewayContext) {}

  start(): void {
    this.timer = setInterval(() => this.turn(performance.now()), TICK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** A run that fails is logged and comes again; one that takes longer than its turn is not started twice. */
  every(everyMs: number, name: string, run: (nowMs: number) => void | Promise<void>): void {
    this.tasks.push({ name, everyMs, run, dueMs: performance.now() + everyMs, running: false });
  }

  /** Runs once, after a wait that doubles with each attempt (from 0) and varies, so that what failed together comes back apart. */
  retry(attempt: number, run: () => void): void {
    const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random());
    this.later.push({ dueMs: performance.now() + waitMs, run });
  }

  private turn(nowMs: number): void {
    for (const task of this.tasks) {
      if (task.running || nowMs < task.dueMs) continue;
      task.dueMs = nowMs + task.everyMs;
      void this.run(task, nowMs);
    }
    if (this.later.length === 0) return;
    const due = this.later.filter(({ dueMs }) => dueMs <= nowMs);
    this.later = this.later.filter(({ dueMs }) => dueMs > nowMs);
    for (const { run } of due) run();
  }

  private async run(task: Task, nowMs: number): Promise<void> {
    task.running = true;
    try {
      await task.run(nowMs);
    } catch (error) {
      this.context.logger.warn({ error, task: task.name }, 'Task of the wheel failed, it comes again');
    } finally {
      task.running = false;
    }
  }
}
