import type { WebSocket } from 'ws';
import type { LinkMessage, LinkSession } from '@corefleet/device-link';

/** Who drives links: hands a message to the pure machine and does what it says. */
export interface LinkDriver {
  deliver(link: Link, message: LinkMessage): void;
}

/** One live socket and what is known of it. There are ten thousand of these: plain fields, no closures, no timers. */
export class Link {
  /** Monotonic ms of the last frame or pong. */
  heardMs: number;
  /** No reading from the socket before this. */
  pausedUntilMs = 0;
  /** What it said and is not stored yet, about. */
  unstoredBytes = 0;
  /** When a socket that was asked to close is torn down; 0 while it is open. */
  tearDownMs = 0;
  /** Microseconds since 1970 at which the link was recorded, above those of every earlier link of the enrolment; 0 before. */
  stamp = 0;
  /** The highest stamp another gateway has said for this enrolment. */
  otherStamp = 0;

  constructor(
    readonly enrolmentId: string,
    readonly deviceId: string,
    readonly socket: WebSocket,
    public session: LinkSession,
    private readonly driver: LinkDriver,
    nowMs: number,
  ) {
    this.heardMs = nowMs;
  }

  /** Nothing more will be done for a closed link. */
  get isClosed(): boolean {
    return this.session.phase === 'closed';
  }

  deliver(message: LinkMessage): void {
    this.driver.deliver(this, message);
  }
}
