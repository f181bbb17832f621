import type { Clock } from '../clock';
import { formatTime } from '../go-time';

/** One coalesced notice: a (type, key) that happened `occurrences` times (§4). */
export interface Notice {
  id: number;
  type: string;
  key: string;
  firstNs: bigint;
  /** Both last-occurred and last-repeated: everything recorded here repeats at once. */
  lastNs: bigint;
  occurrences: number;
  data?: Record<string, string>;
}

/** What a reader of notices selects. */
export interface NoticeFilter {
  types?: readonly string[];
  keys?: readonly string[];
  afterNs?: bigint;
}

interface Waiter {
  filter: NoticeFilter;
  wake(notices: Notice[]): void;
}

const EXPIRE_AFTER_NS = 7n * 86_400_000_000_000n;

/** The notices of one device, in the order of their last repetition. */
export class NoticeStore {
  /** Re-inserted at every occurrence, so that iteration is ascending by `lastNs`. */
  private readonly notices = new Map<string, Notice>();
  private readonly waiters = new Set<Waiter>();
  private waking = false;
  private lastId = 0;
  private lastStampNs = 0n;

  constructor(private readonly clock: Clock) {}

  /** Records an occurrence and wakes the readers that wait for it. */
  record(type: string, key: string, data?: Record<string, string>): void {
    const stamp = this.nextStamp();
    const name = `${type}\n${key}`;
    const known = this.notices.get(name);
    const notice = known ?? { id: ++this.lastId, type, key, firstNs: stamp, lastNs: stamp, occurrences: 0 };
    notice.lastNs = stamp;
    notice.occurrences++;
    if (data) notice.data = data;
    this.notices.delete(name);
    this.notices.set(name, notice);
    this.wakeSoon();
  }

  /** snapd's readers look when its state is unlocked: what one request records they see together (state/notices.go WaitNotices). */
  private wakeSoon(): void {
    if (this.waking || this.waiters.size === 0) return;
    this.waking = true;
    queueMicrotask(() => {
      this.waking = false;
      for (const { filter, wake } of [...this.waiters]) {
        const found = this.list(filter);
        if (found.length > 0) wake(found);
      }
    });
  }

  /** Notices the filter selects, ascending by last-repeated. */
  list(filter: NoticeFilter): Notice[] {
    this.dropExpired();
    return [...this.notices.values()].filter((notice) => matches(notice, filter));
  }

  get(id: string): Notice | undefined {
    this.dropExpired();
    return [...this.notices.values()].find((notice) => String(notice.id) === id);
  }

  /** Registers a reader to be woken by the next matching notice; the returned function takes it out again. */
  wait(filter: NoticeFilter, wake: (notices: Notice[]) => void): () => void {
    const waiter = { filter, wake };
    this.waiters.add(waiter);
    return () => this.waiters.delete(waiter);
  }

  // §10.32: strictly increasing even if the clock steps back.
  private nextStamp(): bigint {
    const now = this.clock.nowNs();
    this.lastStampNs = now > this.lastStampNs ? now : this.lastStampNs + 1n;
    return this.lastStampNs;
  }

  private dropExpired(): void {
    const limit = this.clock.nowNs() - EXPIRE_AFTER_NS;
    for (const [name, notice] of this.notices) {
      if (notice.lastNs > limit) return;
      this.notices.delete(name);
    }
  }
}

function matches(notice: Notice, filter: NoticeFilter): boolean {
  if (filter.types && !filter.types.includes(notice.type)) return false;
  if (filter.keys && !filter.keys.includes(notice.key)) return false;
  return filter.afterNs === undefined || notice.lastNs > filter.afterNs;
}

/** A notice as `GET /v2/notices` shows it (§10.29). */
export function noticeJson(notice: Notice): Record<string, unknown> {
  const last = formatTime(notice.lastNs);
  return {
    id: String(notice.id),
    'user-id': null,
    type: notice.type,
    key: notice.key,
    'first-occurred': formatTime(notice.firstNs),
    'last-occurred': last,
    'last-repeated': last,
    occurrences: notice.occurrences,
    ...(notice.data && { 'last-data': notice.data }),
    'expire-after': '168h0m0s',
  };
}
