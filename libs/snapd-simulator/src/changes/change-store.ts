import type { Clock } from '../clock';
import { formatSeconds } from '../go-time';
import type { NoticeStore } from '../notices/notice-store';
import { shownReady, statusOf, type Change, type Task } from './change';
import { isReady, type Status } from './status';

/** What a new task is made from; `waits` are tasks of the same change. */
export interface TaskPlan {
  kind: string;
  summary: string;
  lane?: number;
  waits?: Task[];
  closing?: number;
  snaps?: readonly string[];
  setup?: unknown;
  sizeBytes?: number;
}

/** What a new change is made from. */
export interface ChangePlan {
  kind: string;
  summary: string;
  /** Snaps of `data.snap-names` and of the `for=` filter. */
  snapNames?: readonly string[];
  data?: Record<string, unknown>;
}

/** What happens to changes besides being kept. */
export interface ChangeRules {
  /** Ready ones kept before the oldest is pruned. */
  maxReady: number;
  /** Told once, when a change becomes ready. */
  onReady(change: Change): void;
  /** Told of one that is not ready after three days. */
  onStale(change: Change): void;
}

const DAY_NS = 86_400_000_000_000n;
const STALE_NS = 3n * DAY_NS;
const PRUNE_EVERY_NS = 600_000_000_000n;
const MAX_LOG_LINES = 10;

/** The changes of one device: ids, statuses with their notices, pruning. */
export class ChangeStore {
  private readonly changes = new Map<number, Change>();
  /** Those not ready yet: the only ones the runner and the conflict checks look at. */
  private readonly live = new Set<Change>();
  private lastChangeId = 0;
  private lastTaskId = 0;
  private lastLane = 0;
  private prunedNs: bigint;

  constructor(
    private readonly clock: Clock,
    private readonly notices: NoticeStore,
    private readonly rules: ChangeRules,
  ) {
    this.prunedNs = clock.nowNs();
  }

  /** A new change without tasks; its first notice is recorded at once, with the status it then has. */
  spawn(plan: ChangePlan): Change {
    const data = plan.snapNames?.length ? { 'snap-names': plan.snapNames, ...plan.data } : plan.data;
    const change: Change = {
      id: ++this.lastChangeId,
      kind: plan.kind,
      summary: plan.summary,
      tasks: [],
      spawnNs: this.clock.nowNs(),
      ...(data && { data }),
      ...(plan.snapNames && { snapNames: plan.snapNames }),
    };
    this.changes.set(change.id, change);
    this.live.add(change);
    this.recordNotice(change, 'Do');
    return change;
  }

  /** A change that is Done at once and has no tasks (§3.5 empty op). */
  spawnDone(plan: ChangePlan): Change {
    const change = this.spawn(plan);
    change.explicit = 'Done';
    this.observe(change);
    return change;
  }

  /** Adds a task, before the change runs or while it does. */
  addTask(change: Change, plan: TaskPlan): Task {
    const task: Task = {
      id: ++this.lastTaskId,
      kind: plan.kind,
      summary: plan.summary,
      status: 'Do',
      lane: plan.lane ?? 0,
      waits: plan.waits ?? [],
      spawnNs: this.clock.nowNs(),
    };
    if (plan.closing !== undefined) task.closing = plan.closing;
    if (plan.snaps) task.snaps = plan.snaps;
    if (plan.setup !== undefined) task.setup = plan.setup;
    if (plan.sizeBytes !== undefined) task.sizeBytes = plan.sizeBytes;
    change.tasks.push(task);
    return task;
  }

  newLane(): number {
    return ++this.lastLane;
  }

  get(id: number): Change | undefined {
    this.pruneWhenDue();
    return this.changes.get(id);
  }

  all(): Change[] {
    this.pruneWhenDue();
    return [...this.changes.values()];
  }

  unready(): Change[] {
    return [...this.live];
  }

  /** The daemon starts and looks at every change anew: one without tasks counts as ready from now on (§3.2). */
  restore(): void {
    for (const change of this.live) {
      if (!shownReady(change)) continue;
      change.restored = true;
      this.live.delete(change);
    }
  }

  setStatus(change: Change, task: Task, status: Status): void {
    if (task.status === status) return;
    // The time stays when a task that was ready is undone.
    if (isReady(status) && !isReady(task.status)) task.readyNs = this.clock.nowNs();
    task.status = status;
    this.observe(change);
  }

  log(task: Task, level: 'INFO' | 'ERROR', text: string): void {
    task.log ??= [];
    task.log.push(`${formatSeconds(this.clock.nowNs())} ${level} ${text}`);
    if (task.log.length > MAX_LOG_LINES) task.log.shift();
  }

  private observe(change: Change): void {
    const status = statusOf(change);
    if (isReady(status) && change.readyNs === undefined) {
      change.readyNs = this.clock.nowNs();
      this.live.delete(change);
      this.rules.onReady(change);
    }
    this.recordNotice(change, status);
  }

  /** §4.1: a flap back from Doing to Do, or from Undoing to Undo, is not told. */
  private recordNotice(change: Change, status: Status): void {
    const last = change.noticed;
    if (last === status || (last === 'Doing' && status === 'Do') || (last === 'Undoing' && status === 'Undo')) return;
    change.noticed = status;
    this.notices.record('change-update', String(change.id), { kind: change.kind });
  }

  /** Forgets every ready change now, as snapd does when it is told to. */
  pruneAll(): void {
    for (const change of this.changes.values()) if (change.readyNs !== undefined) this.forget(change);
  }

  /** Prunes as snapd does every ten minutes; here when somebody looks, so that a device at rest holds no timer. */
  pruneWhenDue(): void {
    const now = this.clock.nowNs();
    if (now - this.prunedNs < PRUNE_EVERY_NS && this.changes.size <= this.rules.maxReady) return;
    this.prunedNs = now;
    this.prune(now);
  }

  // §3.5, §10.28: ready for 24 h, or beyond 500 ready ones the oldest; taskless ones that never ran after 24 h; what is
  // unready for 3 days is aborted, unless it waits for the system to restart.
  private prune(now: bigint): void {
    const ready: Change[] = [];
    for (const change of this.changes.values()) {
      const since = change.readyNs ?? (change.tasks.length === 0 ? change.spawnNs : undefined);
      if (since !== undefined && now - since > DAY_NS) this.forget(change);
      else if (change.readyNs !== undefined) ready.push(change);
      else if (now - change.spawnNs > STALE_NS && !awaitsRestart(change)) this.rules.onStale(change);
    }
    ready.sort((a, b) => Number((a.readyNs ?? 0n) - (b.readyNs ?? 0n)));
    for (const change of ready.slice(0, Math.max(0, ready.length - this.rules.maxReady))) this.forget(change);
  }

  private forget(change: Change): void {
    this.changes.delete(change.id);
    this.live.delete(change);
  }
}

const awaitsRestart = (change: Change): boolean => change.tasks.some((task) => task.status === 'Wait');
