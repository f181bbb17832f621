import type { InstalledSnap } from '@corefleet/validation-set-rules';

/** An installed snap, as far as plans depend on it. */
export interface SnapNow extends InstalledSnap {
  /** app, gadget, kernel, base, os or snapd. */
  readonly type: string;
  /** The snap it runs on; of an app without one, `core`. */
  readonly base: string | undefined;
  /** What its refreshes follow; empty when it was sideloaded. */
  readonly channel: string;
  readonly sizeBytes: number;
  /** Until when it is held; centuries ahead for ever. */
  readonly hold: string | undefined;
}

/** A set that the device tracks. */
export interface TrackedSet {
  /** `account/name`. */
  readonly key: string;
  readonly mode: 'enforce' | 'monitor';
  readonly sequence: number;
  readonly pinnedAt: number | undefined;
  /** As snapd shows it: of this set alone. */
  readonly valid: boolean;
}

/** A set that the device's model names. */
export interface ModelSet {
  readonly key: string;
  /** The only one it allows. */
  readonly sequence: number | undefined;
  readonly mode: 'enforce' | 'prefer-enforce';
}

/** What of the device's model plans depend on. */
export interface ModelNow {
  /** Snaps that cannot be removed. */
  readonly requiredSnaps: readonly string[];
  readonly sets: readonly ModelSet[];
}

/** What snapd says of the system. */
export interface SystemNow {
  readonly snapdVersion: string;
  readonly refreshTimer: string | undefined;
  /** Until when all refreshes by itself are held; centuries ahead for ever. */
  readonly refreshHold: string | undefined;
  /** Names of experimental features that are switched on. */
  readonly features: readonly string[];
}

/** What a device last said of itself. Null: it has not said it yet. */
export interface DeviceNow {
  readonly deviceId: string;
  readonly enrolled: boolean;
  readonly lastSeenAt: Date | null;
  /** What its agent says of snapd: reachable, unreachable or garbage. */
  readonly snapdState: string | null;
  readonly snaps: readonly SnapNow[] | null;
  readonly sets: readonly TrackedSet[] | null;
  readonly system: SystemNow | null;
  /** Null too where snapd has none, before it is seeded. */
  readonly model: ModelNow | null;
  readonly freeBytes: number | null;
}

/** A device that has said what a plan needs. */
export interface KnownDevice extends DeviceNow {
  readonly snaps: readonly SnapNow[];
  readonly sets: readonly TrackedSet[];
}
