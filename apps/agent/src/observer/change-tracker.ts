import { createHash } from 'node:crypto';
import type { ChangeSnapshot } from '@corefleet/contracts/device-protocol';
import { SnapdError, type Change, type SnapdClient } from '@corefleet/snapd-client';
import type { AgentClock } from '../clock';
import { messageOf, type AgentLogger } from '../logger';
import { fitChange } from './fit-change';
import type { SnapdWatch } from './snapd-watch';

/** How often an unready change is read: at first, and at most as it stays the same. Milliseconds. */
export interface PollIntervals {
  readonly firstMs: number;
  readonly longestMs: number;
}

export interface ChangeTrackerOptions {
  readonly client: SnapdClient;
  readonly clock: AgentClock;
  readonly intervals: PollIntervals;
  readonly watch: SnapdWatch;
  readonly logger: AgentLogger;
  report(snapshot: ChangeSnapshot): void;
}

/** How a followed change came to its end. */
export type Followed =
  | { readonly kind: 'ready'; readonly change: Change }
  /** snapd no longer has it: pruned, or its state began anew. */
  | { readonly kind: 'forgotten' }
  /** The tracker was stopped before. */
  | { readonly kind: 'stopped' };

/** Whose a change is, and which: ids begin anew with snapd's state, so a change is known by the time of its making too. */
interface Owner {
  readonly commandId: string;
  /** As snapd writes it; undefined until the change was read. */
  spawnTime: string | undefined;
}

interface Tracked {
  intervalMs: number;
  dueMs: number;
  reading: boolean;
  /** Asked for again while it was being read. */
  again: boolean;
  followers: { seen(change: Change): void; end(followed: Followed): void }[];
}

const GROWTH = 1.5;
/** Changes remembered: twice what snapd keeps of ready ones (overlord/overlord.go pruneMaxChanges). */
const REMEMBERED = 1000;

/**
 * Reads changes and reports those that differ from what was last reported. Notices carry no progress, so an unready
 * change is read again and again, less often while it stays the same.
 */
export class ChangeTracker {
  private readonly tracked = new Map<string, Tracked>();
  /** What was last reported, of the changes that were read last. One forgotten too early is reported twice. */
  private readonly reported = new Map<string, { readonly digest: string; readonly ready: boolean }>();
  private readonly owners = new Map<string, Owner>();
  private cancelTimer: (() => void) | undefined;
  private stopped = false;

  constructor(private readonly options: ChangeTrackerOptions) {}

  /**
   * Says which command a change belongs to.
   * @param spawnTime of the change, where it was read before: one of another time is another change
   */
  claim(changeId: string, commandId: string, spawnTime?: string): void {
    rememberNewest(this.owners, changeId, { commandId, spawnTime });
  }

  /** Whether the change is known to belong to another command. */
  isClaimedByOther(change: Change, commandId: string): boolean {
    const owner = this.owners.get(change.id);
    return owner !== undefined && owner.commandId !== commandId && isSame(owner, change);
  }

  /**
   * Something happened to the change: reads it now. One that was ready has been read to its end already: nothing happens to
   * it any more (snapd state/change.go), and when snapd begins its ids anew the whole list is taken in.
   */
  hint(changeId: string): void {
    if (!this.tracked.has(changeId) && this.reported.get(changeId)?.ready) return;
    const tracked = this.track(changeId);
    tracked.intervalMs = this.options.intervals.firstMs;
    void this.read(changeId, tracked);
  }

  /** Reads the change until it is ready. `seen` is told each time it was read. */
  follow(changeId: string, seen: (change: Change) => void): Promise<Followed> {
    if (this.stopped) return Promise.resolve({ kind: 'stopped' });
    return new Promise((resolve) => {
      this.track(changeId).followers.push({ seen, end: resolve });
      this.hint(changeId);
    });
  }

  /**
   * Takes in a whole list: reports what differs, keeps reading what is unready, forgets what snapd has forgotten. What is
   * followed and not in it is read: it may have been made since.
   */
  takeAll(changes: readonly Change[]): void {
    const ids = new Set(changes.map(({ id }) => id));
    for (const id of [...this.reported.keys()]) if (!ids.has(id)) this.reported.delete(id);
    for (const id of [...this.tracked.keys()]) if (!ids.has(id)) this.hint(id);
    for (const change of changes) this.take(change);
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer?.();
    for (const changeId of [...this.tracked.keys()]) this.end(changeId, { kind: 'stopped' });
  }

  private track(changeId: string): Tracked {
    const known = this.tracked.get(changeId);
    if (known) return known;
    const { intervals, clock } = this.options;
    const dueMs = clock.monotonicMs() + intervals.firstMs;
    const tracked: Tracked = { intervalMs: intervals.firstMs, dueMs, reading: false, again: false, followers: [] };
    this.tracked.set(changeId, tracked);
    return tracked;
  }

  private async read(changeId: string, tracked: Tracked): Promise<void> {
    if (tracked.reading) {
      tracked.again = true;
      return;
    }
    tracked.reading = true;
    do {
      tracked.again = false;
      if (await this.readOnce(changeId, tracked)) break;
    } while (tracked.again && !this.stopped);
    tracked.reading = false;
    this.schedule();
  }

  /** @returns whether the change is ready: nothing is left to read, whatever was hinted meanwhile */
  private async readOnce(changeId: string, tracked: Tracked): Promise<boolean> {
    const { client, clock, intervals, watch, logger } = this.options;
    try {
      const change = await client.changes.get(changeId);
      watch.reached();
      if (!this.stopped) this.take(change);
      return change.ready;
    } catch (error) {
      if (this.stopped) return false;
      if (error instanceof SnapdError && error.status === 404) {
        this.end(changeId, { kind: 'forgotten' });
        return false;
      }
      watch.failed(error);
      logger.debug('Cannot read a change', { changeId, error: messageOf(error) });
      tracked.intervalMs = Math.min(intervals.longestMs, Math.max(tracked.intervalMs, 1) * 2);
      tracked.dueMs = clock.monotonicMs() + tracked.intervalMs;
      return false;
    }
  }

  private take(change: Change): void {
    this.recognise(change);
    const differs = this.reportIfNew(change);
    for (const follower of [...(this.tracked.get(change.id)?.followers ?? [])]) follower.seen(change);
    if (change.ready) return this.end(change.id, { kind: 'ready', change });
    const { intervals, clock } = this.options;
    const tracked = this.track(change.id);
    tracked.intervalMs = differs
      ? intervals.firstMs
      : Math.min(intervals.longestMs, Math.max(tracked.intervalMs, 1) * GROWTH);
    tracked.dueMs = clock.monotonicMs() + tracked.intervalMs;
    if (!tracked.reading) this.schedule();
  }

  /** A change that has the id of a command's and is another one: snapd's state began anew, the command's is gone. */
  private recognise(change: Change): void {
    const owner = this.owners.get(change.id);
    if (!owner) return;
    if (isSame(owner, change)) {
      owner.spawnTime = change['spawn-time'];
      return;
    }
    this.owners.delete(change.id);
    this.end(change.id, { kind: 'forgotten' });
  }

  private reportIfNew(change: Change): boolean {
    const commandId = this.owners.get(change.id)?.commandId;
    const snapshot = { ...(commandId && { commandId }), change: fitChange(change) };
    const digest = createHash('sha256').update(JSON.stringify(snapshot)).digest('base64url');
    if (this.reported.get(change.id)?.digest === digest) return false;
    rememberNewest(this.reported, change.id, { digest, ready: change.ready });
    this.options.report(snapshot);
    return true;
  }

  private end(changeId: string, followed: Followed): void {
    const tracked = this.tracked.get(changeId);
    this.tracked.delete(changeId);
    for (const follower of tracked?.followers ?? []) follower.end(followed);
  }

  private schedule(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    const waiting = [...this.tracked.values()].filter(({ reading }) => !reading);
    if (this.stopped || waiting.length === 0) return;
    const { clock } = this.options;
    const nextMs = Math.min(...waiting.map(({ dueMs }) => dueMs));
    this.cancelTimer = clock.after(Math.max(0, nextMs - clock.monotonicMs()), () => this.readDue());
  }

  private readDue(): void {
    const nowMs = this.options.clock.monotonicMs();
    for (const [changeId, tracked] of [...this.tracked])
      if (!tracked.reading && tracked.dueMs <= nowMs) void this.read(changeId, tracked);
    this.schedule();
  }
}

const isSame = (owner: Owner, change: Change): boolean =>
  owner.spawnTime === undefined || owner.spawnTime === change['spawn-time'];

function rememberNewest<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= REMEMBERED) return;
    map.delete(oldest);
  }
}
