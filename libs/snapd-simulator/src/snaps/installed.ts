import type { RefreshFailures } from '../auto-refresh/failures';
import type { ComponentFile } from './plan';

/** A snap on the device: only what differs per device; the rest is looked up in the store. */
export interface InstalledSnap {
  name: string;
  active: boolean;
  revision: number;
  /** Channel refreshes follow. */
  tracking: string;
  /** Channel the installed revision came from. */
  channel: string;
  /** Revisions on disk, oldest first. */
  sequence: number[];
  installedNs: bigint;
  /** Revisions of its components, by name. */
  components?: Map<string, number>;
  /** Those of them that came from files. */
  componentFiles?: Map<string, ComponentFile & { installedNs: bigint }>;
  /** What the other revisions on disk have of components: each has its own. */
  componentsOfOthers?: Map<number, Pick<InstalledSnap, 'components' | 'componentFiles'>>;
  cohort?: string;
  /** Until when refreshes of a level are held. */
  hold?: { level: 'general' | 'auto-refresh'; untilNs: bigint };
  ignoreValidation?: boolean;
  /** Apps that people run, since when a refresh waits for them, and what auto-refreshes failed at. */
  running?: Set<string>;
  inhibitedNs?: bigint;
  failures?: RefreshFailures;
  devmode?: boolean;
  /** Directory it is mounted from. */
  tried?: string;
  /** Services stopped or disabled by service-control. */
  stopped?: Set<string>;
  disabled?: Set<string>;
}

/** Whether refreshes of all snaps pass over it (general holds; named refreshes always go through, §8.1). */
export function isHeld(snap: InstalledSnap, nowNs: bigint): boolean {
  return snap.hold?.level === 'general' && snap.hold.untilNs > nowNs;
}
