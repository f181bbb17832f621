import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Unstorable } from '@corefleet/features/changes';
import { metrics } from '@corefleet/platform/metrics';
import { GatewayContext } from './gateway-context';
import type { Link } from './link';
import { ReportStore, type ReportEntry } from './report-store.service';

const LANES = 2;
const BATCH_ITEMS = 500;
/**
 * What comes alone is stored at once. What comes after that is gathered for this many times as long as storing took, within
 * bounds: the more there is to do for everybody, the more is stored together, and a statement for each report is never the rule.
 */
const GATHER_TIMES = 3;
const GATHER_LEAST_MS = 10;
const GATHER_MOST_MS = 100;
/**
 * Past this much read and not yet stored, no more is read from those who send: several batches of large items. More of it would
 * not be stored sooner, and what waits long outlives the young generation of the heap: 32 MiB cost a sixth more CPU for each.
 */
const FULL_BYTES = 8 * 1024 * 1024;
const LAST_WAIT_MS = 5_000;

interface Lane {
  readonly waiting: ReportEntry[];
  /** Of those that wait. */
  items: number;
  running: boolean;
  /** Set while it gathers. */
  timer: NodeJS.Timeout | undefined;
  /** Monotonic: a batch that is not full is not stored before. */
  gathersUntilMs: number;
}

/**
 * Between sockets and Postgres: entries of many links become batches, one batch of a lane in flight at a time.
 * A link always goes by the same lane, so what one device says is stored in the order it was said, and two batches
 * never touch the same row. Links are told after commit. While Postgres is away the batch is tried again and nothing is told.
 */
@Injectable()
export class ReportLanes {
  private readonly lanes = Array.from({ length: LANES }, (): Lane => ({
    waiting: [],
    items: 0,
    running: false,
    timer: undefined,
    gathersUntilMs: -Infinity,
  }));
  private readonly stopping = new AbortController();
  private pendingBytes = 0;

  constructor(
    private readonly store: ReportStore,
    private readonly context: GatewayContext,
  ) {}

  /** Whether those who send should be made to wait. */
  get isFull(): boolean {
    return this.pendingBytes > FULL_BYTES;
  }

  get isIdle(): boolean {
    return this.pendingBytes === 0;
  }

  /** Read and not stored yet. */
  get bytes(): number {
    return this.pendingBytes;
  }

  add(entry: ReportEntry): void {
    const lane = this.lanes[Number.parseInt(entry.link.enrolmentId.slice(-4), 16) % LANES] ?? this.lanes[0];
    if (!lane) return;
    this.count(entry, entry.bytes);
    lane.waiting.push(entry);
    lane.items += itemsOf(entry);
    this.runSoon(lane);
  }

  /** Waits until all that was read is stored and told, at most so long; then no batch is tried again. */
  async drain(withinMs: number): Promise<void> {
    const until = Date.now() + withinMs;
    while (!this.isIdle && Date.now() < until) await sleep(10);
    this.stopping.abort();
  }

  private count({ link }: ReportEntry, bytes: number): void {
    this.pendingBytes += bytes;
    link.unstoredBytes += bytes;
  }

  /** A full batch at once, any other when it has gathered. */
  private runSoon(lane: Lane): void {
    if (lane.running || lane.items === 0 || this.stopping.signal.aborted) return;
    if (lane.items >= BATCH_ITEMS) return void this.run(lane);
    lane.timer ??= setTimeout(() => void this.run(lane), Math.max(0, lane.gathersUntilMs - performance.now()));
  }

  private async run(lane: Lane): Promise<void> {
    clearTimeout(lane.timer);
    lane.timer = undefined;
    lane.running = true;
    const startMs = performance.now();
    const batch = takeBatch(lane);
    const refused = await this.storeUntilDone(batch);
    for (const entry of batch) this.count(entry, -entry.bytes);
    if (refused) tell(batch, refused);
    const endMs = performance.now();
    const gatherMs = Math.max(GATHER_LEAST_MS, (endMs - startMs) * GATHER_TIMES);
    lane.gathersUntilMs = endMs + Math.min(GATHER_MOST_MS, gatherMs);
    lane.running = false;
    this.runSoon(lane);
  }

  /** @returns undefined when the gateway stops before the batch is stored: nothing is told then */
  private async storeUntilDone(batch: readonly ReportEntry[]): Promise<Unstorable[] | undefined> {
    for (let waitMs = 100; !this.stopping.signal.aborted; waitMs = Math.min(waitMs * 2, LAST_WAIT_MS)) {
      const startMs = performance.now();
      try {
        const refused = await this.store.store(batch);
        measure(batch, refused, performance.now() - startMs);
        return refused;
      } catch (error) {
        metrics.count('corefleet_report_store_failures_total');
        this.context.logger.error({ error, entries: batch.length }, 'Reports not stored, they are tried again');
        await this.pause(waitMs);
      }
    }
    return undefined;
  }

  private async pause(waitMs: number): Promise<void> {
    try {
      await sleep(waitMs, undefined, { signal: this.stopping.signal });
    } catch (error) {
      if (!this.stopping.signal.aborted) throw error;
    }
  }
}

function measure(batch: readonly ReportEntry[], refused: readonly Unstorable[], tookMs: number): void {
  metrics.observe('corefleet_report_store_seconds', tookMs / 1000);
  const kinds = new Map<string, number>();
  for (const { items } of batch) for (const { kind } of items) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  for (const [kind, count] of kinds) metrics.count('corefleet_reports_stored_total', { kind }, count);
  if (refused.length > 0) metrics.count('corefleet_reports_quarantined_total', {}, refused.length);
}

const itemsOf = ({ items, poison }: ReportEntry): number => items.length + poison.length;

function takeBatch(lane: Lane): ReportEntry[] {
  let items = 0;
  const end = lane.waiting.findIndex((entry) => (items += itemsOf(entry)) >= BATCH_ITEMS);
  lane.items -= items;
  return lane.waiting.splice(0, end === -1 ? lane.waiting.length : end + 1);
}

function tell(batch: readonly ReportEntry[], refused: readonly Unstorable[]): void {
  const reasons = new Map(refused.map(({ enrolmentId, number, reason }) => [`${enrolmentId} ${number}`, reason]));
  for (const [link, numbers] of numbersOfLinks(batch)) {
    const quarantined = numbers.flatMap((n) => {
      const reason = reasons.get(`${link.enrolmentId} ${n}`);
      return reason === undefined ? [] : [{ n, reason }];
    });
    const stored = quarantined.length === 0 ? numbers : numbers.filter((n) => !reasons.has(`${link.enrolmentId} ${n}`));
    link.deliver({ kind: 'stored', numbers: stored, quarantined });
  }
}

function numbersOfLinks(batch: readonly ReportEntry[]): Map<Link, number[]> {
  const found = new Map<Link, number[]>();
  for (const { link, items, poison } of batch) {
    const numbers = found.get(link) ?? [];
    for (const { n } of items) numbers.push(n);
    for (const { n } of poison) numbers.push(n);
    if (poison.length > 0) numbers.sort((one, two) => one - two);
    found.set(link, numbers);
  }
  return found;
}
