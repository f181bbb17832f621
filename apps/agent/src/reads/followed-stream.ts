import { LIMITS } from '@corefleet/contracts/device-protocol';
import type { AgentClock } from '../clock';
import type { End } from '../commands/command-end';
import { cut } from '../observer/fit-change';

/** Entries that come in the same moment are one chunk. */
const GATHER_MS = 20;
/** Characters of an entry that is longer than a chunk may be; as JSON they may take six times as many bytes. */
const CUT_ENTRY = 8 * 1024;

/** Why a followed read ends without an error of snapd. */
type Leaving = 'asked' | 'deadline' | 'snapd' | 'link-closed' | 'lease-over';

/**
 * One followed read: gathers entries into chunks and sends those its credit covers. While there is no credit it takes
 * nothing more from snapd, so that who reads slowly slows snapd's own sending down and fills no memory.
 */
export class FollowedStream {
  private waiting: string[] = [];
  private waitingBytes = 0;
  private sent = 0;
  private upTo = 0;
  private isOpen = false;
  private leaving: Leaving | undefined;
  private wake: () => void = () => {};
  private cancelLease: () => void;
  private cancelGathering: (() => void) | undefined;

  /** @param over ends what is asked of snapd */
  constructor(
    private readonly commandId: string,
    private readonly clock: AgentClock,
    private readonly send: (text: string) => void,
    private readonly over: () => void,
  ) {
    this.cancelLease = this.lease(LIMITS.streamLeaseMs);
  }

  /** Passes on what `entries` yields until it ends or `signal` aborts. Throws what it throws. */
  async pass(entries: AsyncIterable<unknown> | Iterable<unknown>, signal: AbortSignal): Promise<void> {
    const wake = (): void => this.wake();
    signal.addEventListener('abort', wake);
    try {
      for await (const entry of entries) {
        const json = bounded(entry);
        const bytes = Buffer.byteLength(json) + 1;
        while (this.waitingBytes + bytes > LIMITS.chunkBytes && !signal.aborted) await this.credited();
        if (signal.aborted) return;
        this.waiting.push(json);
        this.waitingBytes += bytes;
        this.cancelGathering ??= this.clock.after(GATHER_MS, () => this.flush());
      }
      while (this.waiting.length > 0 && !signal.aborted) await this.credited();
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  /** snapd has not refused: says so, once. */
  opened(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.say([]);
  }

  credit(upTo: number, leaseMs: number): void {
    this.upTo = Math.max(this.upTo, upTo);
    this.cancelLease();
    this.cancelLease = this.lease(leaseMs);
    const before = this.sent;
    this.flush();
    if (this.sent === before) this.say([]);
    this.wake();
  }

  leave(why: Leaving): void {
    this.leaving ??= why;
    this.over();
  }

  /** @param why unless it was left before */
  end(why: Leaving): End {
    const ended = this.leaving ?? why;
    const result = { chunks: this.sent, ended };
    if (ended === 'link-closed' || ended === 'lease-over')
      return { state: 'failed', cause: ended, message: WORDS[ended], result };
    return { state: 'succeeded', result };
  }

  close(): void {
    this.cancelLease();
    this.cancelGathering?.();
  }

  private lease(ms: number): () => void {
    return this.clock.after(ms, () => this.leave('lease-over'));
  }

  /** Sends what waits, or resolves once there may be credit for it. */
  private async credited(): Promise<void> {
    if (this.flush()) return;
    await new Promise<void>((resolve) => (this.wake = resolve));
    this.flush();
  }

  /** @returns whether nothing waits any more */
  private flush(): boolean {
    this.cancelGathering?.();
    this.cancelGathering = undefined;
    if (this.waiting.length === 0) return true;
    if (this.sent >= this.upTo) return false;
    this.isOpen = true;
    this.sent += 1;
    this.say(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    return true;
  }

  private say(entries: readonly string[]): void {
    this.send(`{"type":"chunk","commandId":"${this.commandId}","n":${this.sent},"entries":[${entries.join(',')}]}`);
  }
}

const WORDS = {
  'link-closed': 'the link to the server broke',
  'lease-over': 'nobody renewed the credit of the read',
} as const;

/** An entry that is larger than a chunk may be is cut in its texts. */
function bounded(entry: unknown): string {
  const json = JSON.stringify(entry);
  if (Buffer.byteLength(json) < LIMITS.chunkBytes) return json;
  return JSON.stringify(entry, (_, value: unknown) => (typeof value === 'string' ? cut(value, CUT_ENTRY) : value));
}
