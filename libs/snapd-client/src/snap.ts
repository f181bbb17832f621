import type { App } from './apps';

/** Who published a snap. */
export interface Publisher {
  id?: string;
  username?: string;
  'display-name'?: string;
  /** unproven, starred or verified. */
  validation?: string;
}

/** A component of a snap on disk. */
export interface SnapComponent {
  name: string;
  type?: string;
  version?: string;
  summary?: string;
  description?: string;
  revision?: string;
  'install-date'?: string;
  'installed-size'?: number;
}

/** What a snap said about itself with `snapctl set-health`. */
export interface SnapHealth {
  revision?: string;
  timestamp?: string;
  /** unknown, okay, waiting, blocked or error. */
  status?: string;
  message?: string;
  code?: string;
}

/** An installed snap, or one of its revisions (snapd client/packages.go). Sizes are bytes. */
export interface Snap {
  name: string;
  /** `"12"`, or `"x1"` when sideloaded: never a number. */
  revision: string;
  id?: string;
  title?: string;
  summary?: string;
  description?: string;
  /** `active`, or `installed` for a disabled snap or an older revision. */
  status?: string;
  /** app, gadget, kernel, base, os or snapd. */
  type?: string;
  version?: string;
  base?: string;
  /** Where the installed revision came from. */
  channel?: string;
  /** What refreshes follow. */
  'tracking-channel'?: string;
  'cohort-key'?: string;
  'ignore-validation'?: boolean;
  confinement?: string;
  grade?: string;
  devmode?: boolean;
  jailmode?: boolean;
  trymode?: boolean;
  private?: boolean;
  /** Why snapd cannot read the snap. */
  broken?: string;
  developer?: string;
  publisher?: Publisher;
  contact?: string;
  website?: string;
  'store-url'?: string;
  license?: string;
  links?: Record<string, string[]>;
  media?: unknown[];
  categories?: { name: string; featured?: boolean }[];
  icon?: string;
  'common-ids'?: string[];
  'mounted-from'?: string;
  'installed-size'?: number;
  'install-date'?: string;
  apps?: App[];
  components?: SnapComponent[];
  health?: SnapHealth;
  /** Until when refreshes are held by a user or the system; for "forever" centuries ahead. */
  hold?: string;
  /** Until when refreshes are held by another snap. */
  'gating-hold'?: string;
  'refresh-inhibit'?: { 'proceed-time'?: string };
  'refresh-failures'?: {
    revision?: string;
    'failure-count'?: number;
    'last-failure-time'?: string;
    'last-failure-severity'?: string;
  };
}
