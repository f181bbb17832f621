import type { StreamPiece } from '@corefleet/platform/redis';

/** Who follows: the HTTP connection of a person. */
export interface Follower {
  /** The device follows: from now on there is a stream, and errors are said in it. */
  open(): void;
  /** @returns false when the person is slower than we are: `whenDrained` calls back once more can be taken */
  write(entries: readonly unknown[]): boolean;
  whenDrained(callback: () => void): void;
  /** The last that is said. */
  end(reason: EndReason): void;
}

/** Why a stream has ended, as its last record says. */
export interface EndReason {
  /** Stable: what programs test. */
  readonly code: string;
  readonly detail: string;
}

/** Chunks that may be on their way or wait to be read: with the size of a chunk this bounds what a stream takes of memory. */
const WINDOW = 8;

/**
 * One followed log at the copy of the API that holds the person's connection: takes chunks in order, and gives credit for
 * as many as the person has taken.
 *
 * | state     | event                                         | leads to                       |
 * |-----------|-----------------------------------------------|--------------------------------|
 * | waiting   | a piece comes                                 | open, with credit              |
 * | open      | the next chunk                                | open; credit once it was taken |
 * |           | a chunk too many: one before it was lost      | over                           |
 * |           | the link ended, silence, the command's end    | over                           |
 */
export class FollowedLog {
  private received = 0;
  private taken = 0;
  private granted = 0;
  private drains = false;
  private state: 'waiting' | 'open' | 'over' = 'waiting';
  /** Whether the person was told that there is a stream. */
  wasOpened = false;
  /** Why it is over. */
  reason: EndReason | undefined;
  private last: number | undefined;
  private lastReason: EndReason | undefined;
  /** Monotonic milliseconds. */
  private heardMs: number;

  /** @param over the stream has ended: called once, after the follower was told */
  constructor(
    private readonly enrolmentId: string,
    private readonly follower: Follower,
    private readonly grant: (upTo: number) => void,
    private readonly over: () => void,
    nowMs: number,
  ) {
    this.heardMs = nowMs;
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  /** Number up to which chunks may come now. */
  get credit(): number {
    return this.taken + WINDOW;
  }

  silentMs(nowMs: number): number {
    return nowMs - this.heardMs;
  }

  take(piece: StreamPiece, nowMs: number): void {
    if (this.state === 'over' || piece.enrolmentId !== this.enrolmentId) return;
    if ('ended' in piece)
      return this.end({ code: piece.ended, detail: `the link of the device ended: ${piece.ended}` });
    this.heardMs = nowMs;
    this.open();
    const next = this.received + (piece.entries.length > 0 ? 1 : 0);
    if (piece.n > next) return this.end(LOST);
    if (piece.entries.length > 0 && piece.n === next) this.pass(piece.entries);
    this.endAtLast();
  }

  /** The command has ended, after so many chunks: what is on its way is waited for. */
  endAfter(chunks: number, reason: EndReason): void {
    this.last = chunks;
    this.lastReason = reason;
    this.open();
    this.endAtLast();
  }

  end(reason: EndReason): void {
    if (this.state === 'over') return;
    const wasOpen = this.state === 'open';
    this.state = 'over';
    this.reason = reason;
    if (wasOpen) this.follower.end(reason);
    this.over();
  }

  private open(): void {
    if (this.state !== 'waiting') return;
    this.state = 'open';
    this.wasOpened = true;
    this.follower.open();
    this.grantMore();
  }

  private pass(entries: readonly unknown[]): void {
    this.received += 1;
    if (this.follower.write(entries)) {
      if (!this.drains) this.tookAll();
      return;
    }
    if (this.drains) return;
    this.drains = true;
    this.follower.whenDrained(() => {
      this.drains = false;
      this.tookAll();
    });
  }

  private tookAll(): void {
    this.taken = this.received;
    if (this.state === 'open') this.grantMore();
  }

  /** Half a window at a time: a credit for each chunk would double what goes over Redis. */
  private grantMore(): void {
    if (this.credit - this.granted < WINDOW / 2) return;
    this.granted = this.credit;
    this.grant(this.granted);
  }

  private endAtLast(): void {
    if (this.last !== undefined && this.lastReason && this.received >= this.last) this.end(this.lastReason);
  }
}

const LOST: EndReason = { code: 'chunks-lost', detail: 'a part of the stream was lost on its way' };
