/**
 * What can be asked of snaps, in snapd's spelling and sent as it is (snapd daemon/api_snaps.go, client/snap_op.go).
 * The types allow what snapd accepts: channel, revision, cohorts and confinement modes belong to one snap only, and of
 * all actions only install, refresh, remove, snapshot, hold and unhold take several.
 */

/** `per-snap`: each snap for itself; `all-snaps`: one failure undoes all. */
export type Transaction = 'per-snap' | 'all-snaps';

/** How to treat a running or unusual system; for install and refresh. */
export interface CommonSnapOptions {
  transaction?: Transaction;
  /** Go on although apps of the snap are running. */
  'ignore-running'?: boolean;
  /** Sticks to the snap until it is refreshed without. */
  'ignore-validation'?: boolean;
  unaliased?: boolean;
  /** Reboot at once and not after a minute, where the change needs it. */
  'system-restart-immediate'?: boolean;
}

/** Which revision of one snap, and how confined. */
export interface RevisionOptions {
  /** `risk`, `track/risk` or `track/risk/branch`. */
  channel?: string;
  revision?: string | number;
  /** Not with a revision. */
  'cohort-key'?: string;
  /** At most one of the three, jailmode and classic apart. */
  devmode?: boolean;
  jailmode?: boolean;
  classic?: boolean;
  amend?: boolean;
}

/** How long to hold refreshes: all of them (general) or only the automatic ones. */
export interface HoldOptions {
  /** RFC 3339, also in the past, or forever. */
  time: string;
  'hold-level': 'auto-refresh' | 'general';
}

/** Acts on one snap. */
export type SnapAction =
  | ({
      action: 'install';
      components?: string[];
      prefer?: boolean;
      'quota-group'?: string;
    } & CommonSnapOptions &
      RevisionOptions)
  | ({ action: 'refresh'; components?: string[]; 'leave-cohort'?: boolean } & CommonSnapOptions & RevisionOptions)
  | {
      action: 'remove';
      /** One old revision instead of the snap. */
      revision?: string | number;
      components?: string[];
      /** No automatic snapshot of its data. */
      purge?: boolean;
      /** Kill what runs; not with a revision. */
      terminate?: boolean;
      'system-restart-immediate'?: boolean;
    }
  | ({ action: 'revert'; revision?: string | number; 'system-restart-immediate'?: boolean } & Pick<
      RevisionOptions,
      'devmode' | 'jailmode' | 'classic'
    >)
  | { action: 'enable' | 'disable'; 'system-restart-immediate'?: boolean }
  | { action: 'switch'; channel?: string; 'cohort-key'?: string; 'leave-cohort'?: boolean }
  | ({ action: 'hold' } & HoldOptions)
  | { action: 'unhold' };

/** Acts on several snaps; components are listed per snap. */
export type MultiSnapAction =
  | ({
      action: 'install';
      snaps: string[];
      components?: Record<string, string[]>;
      'quota-group'?: string;
    } & CommonSnapOptions)
  | ({
      action: 'refresh';
      /** All snaps when absent. A held snap is skipped then, but refreshed when named. */
      snaps?: string[];
      components?: Record<string, string[]>;
    } & CommonSnapOptions)
  | ({
      action: 'refresh';
      /** Installs and refreshes what the sets need and enforces them: `account/name` or `account/name=sequence`. */
      'validation-sets': string[];
    } & CommonSnapOptions)
  | {
      action: 'remove';
      snaps: string[];
      components?: Record<string, string[]>;
      purge?: boolean;
      terminate?: boolean;
      'system-restart-immediate'?: boolean;
    }
  | {
      action: 'snapshot';
      /** All snaps when absent. The answer's result is `{"set-id": n}`. */
      snaps?: string[];
      users?: string[];
      /** Only for listed snaps. */
      'snapshot-options'?: Record<string, { exclude?: string[] }>;
    }
  | ({
      action: 'hold';
      /** All snaps when absent, and then only with level auto-refresh. */
      snaps?: string[];
    } & HoldOptions)
  | { action: 'unhold'; snaps?: string[] };
