import type { CommandReport, SignedCommand } from '@corefleet/contracts/device-protocol';
import type { Started } from '@corefleet/operations';

/** What the device was like just before the request of a command was sent. */
export interface Intent {
  readonly operation: string;
  /** Highest change id snapd had shown; '0' for none. A change of this command has a higher one. */
  readonly highestChangeId: string;
  /** What the operation's verification compares with. */
  readonly before: unknown;
  readonly bootId?: string;
}

/** One durable fact. The journal's state is the fold of its records, in order. */
export type JournalRecord =
  | { readonly t: 'journal'; readonly id: string; readonly enrolmentId: string }
  /** The same content under another id, whose report numbers begin anew. */
  | { readonly t: 'renamed'; readonly id: string }
  /**
   * Accepted sequences may have been lost: nothing that was signed up to then is begun, for it may have been carried out.
   * Without a time while the signer's is not known.
   */
  | { readonly t: 'fence'; readonly untilMs?: number }
  /** Report numbers up to `upTo` may have been given out. */
  | { readonly t: 'numbers'; readonly upTo: number }
  | { readonly t: 'sequence'; readonly sequence: number }
  | {
      readonly t: 'accepted';
      readonly sequence: number;
      readonly commandId: string;
      readonly command: SignedCommand;
      /** Trusted time, in milliseconds since 1970. */
      readonly atMs: number;
    }
  | { readonly t: 'intent'; readonly commandId: string; readonly intent: Intent }
  /** snapd refused, or was never reached: the intent is over and nothing was started. */
  | { readonly t: 'withdrawn'; readonly commandId: string }
  | { readonly t: 'started'; readonly commandId: string; readonly started: Started }
  /** When snapd made the change, verbatim: one with the same id and another time is another change. */
  | { readonly t: 'spawned'; readonly commandId: string; readonly spawnTime: string }
  /** With the sequence where it lies in the place of the acceptance. */
  | { readonly t: 'end'; readonly report: CommandReport; readonly sequence?: number }
  /** The server has committed the end. */
  | { readonly t: 'acked'; readonly commandId: string }
  | { readonly t: 'cursor'; readonly cursor: NoticesCursor }
  | { readonly t: 'time'; readonly floorMs: number };

/** Up to where notices are known to the server, and the notice that shows whether snapd's state is still the same one. */
export interface NoticesCursor {
  /** `last-repeated`, verbatim. */
  readonly after: string;
  readonly id: string;
  readonly type: string;
  readonly key: string;
}
