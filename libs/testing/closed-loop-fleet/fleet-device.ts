import type { CommandReport, Fact, SignedCommand } from '@corefleet/contracts/device-protocol';

/** A device as its enrolment knows it. */
export interface Enrolled {
  readonly deviceId: string;
  readonly enrolmentId: string;
  readonly serial: string;
}

/** One thing a device has to say, with its number: it rises with each. */
export type Said =
  | { readonly number: number; readonly kind: 'command'; readonly report: CommandReport }
  | { readonly number: number; readonly kind: 'fact'; readonly fact: Fact };

/** A device of a closed-loop fleet: it is handed its commands, and what it says is fetched from it. */
export interface FleetDevice extends Enrolled {
  /** Whether it is there to pull and to report; commands under way go on without. */
  readonly online: boolean;
  /** Since when, in milliseconds since 1970. */
  readonly onlineSinceMs: number;
  readonly bootId: string;
  /** Highest sequence it has taken. */
  readonly lastSequence: number;
  /** Lowest sequence first, all above `lastSequence`. Returns at once: what comes of them is said later. */
  take(commands: readonly SignedCommand[]): void;
  /** What has not been stored yet; it is forgotten by the device then. */
  said(): Said[];
}
