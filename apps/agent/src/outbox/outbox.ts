import { LIMITS, type ReportItem } from '@corefleet/contracts/device-protocol';
import { messageOf, type AgentLogger } from '../logger';

/** A report without its number. */
export type Report = {
  [K in ReportItem['kind']]: Pick<Extract<ReportItem, { kind: K }>, 'kind' | 'body'>;
}[ReportItem['kind']];

/**
 * Called once: the server has the report, or cannot keep it, or it was dropped before it knew: there was no room, or a newer one
 * of the same thing stands for it.
 */
export type Settled = (outcome: 'kept' | 'refused' | 'dropped') => void;

interface Item {
  readonly n: number;
  /** Reports of the same thing share it; of those not yet sent only the newest is kept. */
  readonly key: string;
  readonly json: string;
  readonly kind: ReportItem['kind'];
  sent: boolean;
  readonly settled: Settled | undefined;
}

/** Frame around the items. */
const OVERHEAD_BYTES = 64;
/** Reports kept while nobody takes them; beyond it the oldest that can be read again from snapd are dropped. */
const MAX_WAITING = 2000;

/** What the agent has to say and the server has not yet committed. Lost with the process; command ends are journalled. */
export class Outbox {
  /** In order of rising n. */
  private readonly items = new Map<number, Item>();
  /** The newest unsent item of each key. */
  private readonly unsent = new Map<string, number>();
  private inFlight = 0;

  constructor(
    private readonly nextNumber: () => number,
    private readonly onWork: () => void,
    private readonly logger: AgentLogger,
  ) {}

  get size(): number {
    return this.items.size;
  }

  /**
   * Adds a report, in place of an unsent older one of the same thing. Whatever is too large for a frame is left out,
   * with an error in the log.
   * @returns whether it was added
   */
  add(report: Report, settled?: Settled): boolean {
    const key = keyOf(report);
    try {
      const n = this.nextNumber();
      const json = JSON.stringify({ n, ...report });
      if (Buffer.byteLength(json) > LIMITS.agentFrameBytes - OVERHEAD_BYTES)
        throw new Error('it is larger than a frame may be');
      this.replaceUnsent(key);
      this.items.set(n, { n, key, json, kind: report.kind, sent: false, settled });
      this.unsent.set(key, n);
    } catch (error) {
      this.logger.error('Cannot report', { about: key, error: messageOf(error) });
      return false;
    }
    this.dropExcess();
    this.onWork();
    return true;
  }

  /** The next report frame, or undefined while there is nothing to send or too much is unacknowledged. */
  nextFrame(): string | undefined {
    const batch: Item[] = [];
    let bytes = OVERHEAD_BYTES;
    for (const n of this.unsent.values()) {
      const item = this.items.get(n);
      if (!item) continue;
      const size = Buffer.byteLength(item.json) + 1;
      const full = batch.length >= LIMITS.reportItems || this.inFlight + batch.length >= LIMITS.unackedItems;
      if (full || bytes + size > LIMITS.agentFrameBytes) break;
      bytes += size;
      batch.push(item);
    }
    if (batch.length === 0) return undefined;
    for (const item of batch) {
      item.sent = true;
      this.unsent.delete(item.key);
    }
    this.inFlight += batch.length;
    return `{"type":"report","items":[${batch.map(({ json }) => json).join(',')}]}`;
  }

  /** Forgets what the server has, and what it cannot keep. */
  acknowledge(numbers: readonly number[], refused: readonly { readonly n: number }[]): void {
    for (const n of numbers) this.remove(n, 'kept');
    for (const { n } of refused) this.remove(n, 'refused');
    if (this.unsent.size > 0) this.onWork();
  }

  /** The link is gone: what was sent and not acknowledged is sent again, unless a newer report stands for it. */
  unsend(): void {
    this.inFlight = 0;
    const newest = new Map([...this.items.values()].map(({ key, n }) => [key, n]));
    this.unsent.clear();
    for (const item of [...this.items.values()]) {
      item.sent = false;
      if (newest.get(item.key) === item.n) this.unsent.set(item.key, item.n);
      else this.remove(item.n);
    }
  }

  private replaceUnsent(key: string): void {
    const older = this.unsent.get(key);
    if (older === undefined) return;
    this.unsent.delete(key);
    this.remove(older);
  }

  private remove(n: number, outcome: Parameters<Settled>[0] = 'dropped'): void {
    const item = this.items.get(n);
    if (!item) return;
    this.items.delete(n);
    if (item.sent) this.inFlight -= 1;
    else if (this.unsent.get(item.key) === n) this.unsent.delete(item.key);
    item.settled?.(outcome);
  }

  private dropExcess(): void {
    if (this.items.size <= MAX_WAITING) return;
    const oldest = [...this.items.values()].find(({ kind, sent }) => kind !== 'command' && !sent);
    if (!oldest) return;
    this.logger.warn('Dropped the oldest report, too many wait', { about: oldest.key });
    this.remove(oldest.n);
  }
}

function keyOf(report: Report): string {
  switch (report.kind) {
    case 'command':
      return `command ${report.body.commandId}`;
    case 'change':
      return `change ${report.body.change.id}`;
    case 'notice':
      return `notice ${report.body.type} ${report.body.key}`;
    case 'fact':
    case 'fact-difference':
      return `fact ${report.body.name}`;
  }
}
