import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { snapdPath, withQuery } from './path';
import { toRow, toRows } from './rows';
import type { SnapdFile } from './file-answer';

/** Whether the store's hosts can be reached. */
export interface Connectivity {
  connectivity: boolean;
  unreachable?: string[];
}

/** How the device was seeded. Times are Go RFC3339Nano. */
export interface SeedingInfo {
  seeded?: boolean;
  preseeded?: boolean;
  'preseed-start-time'?: string;
  'preseed-time'?: string;
  'seed-start-time'?: string;
  'seed-restart-time'?: string;
  'seed-time'?: string;
  'preseed-system-key'?: unknown;
  'seed-restart-system-key'?: unknown;
  'seed-error'?: string;
}

/** What snapd is made of: the catalogue of endpoints, changes and tasks; not in older ones. */
export interface SnapdFeatures {
  tasks?: { kind: string; 'has-undo'?: boolean }[];
  interfaces?: string[];
  endpoints?: { path?: string; method?: string; actions?: string[]; [field: string]: unknown }[];
  changes?: string[];
  ensures?: Record<string, unknown>[];
}

/** Refreshes that wait for running apps to end. */
export interface RefreshAwareness {
  'monitored-snaps'?: Record<string, { pids?: Record<string, number[]> }>;
  'refresh-candidates'?: Record<string, { revision?: string; version?: string; channel?: string; monitored?: boolean }>;
}

/** Aspects and what they answer with. */
export interface DebugAspects {
  'base-declaration': { 'base-declaration': string };
  connectivity: Connectivity;
  model: { model: string };
  seeding: SeedingInfo;
  /** By volume name. */
  'gadget-disk-mapping': Record<string, unknown>;
  raa: RefreshAwareness;
  features: SnapdFeatures;
}

/** Time that tasks took, in nanoseconds; of one change, or of what snapd does by itself, the newest or all of them. */
export type TimingsOf = { changeId: string } | { ensure: string; all?: boolean } | { startup: string; all?: boolean };

/** One measured activity. Durations are nanoseconds. */
export interface DebugTimings {
  'change-id'?: string;
  'total-duration'?: number;
  'ensure-timings'?: unknown[];
  'startup-timings'?: unknown[];
  /** By task id. */
  'change-timings'?: Record<string, Record<string, unknown>>;
}

/** Profiles of the Go runtime. */
export type GoProfile =
  'allocs' | 'block' | 'cmdline' | 'goroutine' | 'heap' | 'mutex' | 'profile' | 'symbol' | 'threadcreate' | 'trace';

const PATH = '/v2/debug';

/** A look inside snapd, for its developers: shapes change from one snapd to the next. Acting and profiling as root. */
export class Debug {
  constructor(private readonly caller: SnapdCaller) {}

  /** @throws SnapdError status 400 `unknown debug aspect "…"` where this snapd has it not */
  async aspect<K extends keyof DebugAspects>(aspect: K, options?: CallOptions): Promise<DebugAspects[K]> {
    const path = withQuery(PATH, { aspect });
    return toRow<DebugAspects[K]>(await this.caller.get(path, options), {}, { method: 'GET', path });
  }

  /** Volumes as they are on the device's disks. */
  async disks(options?: CallOptions): Promise<Record<string, unknown>[]> {
    const path = withQuery(PATH, { aspect: 'disks' });
    return toRows<Record<string, unknown>>(await this.caller.get(path, options), {}, { method: 'GET', path });
  }

  /** @throws SnapdError status 400 when nothing of the name was measured */
  async timings(of: TimingsOf, options?: CallOptions): Promise<DebugTimings[]> {
    const { changeId, ...rest } = 'changeId' in of ? of : { changeId: undefined, ...of };
    const path = withQuery(PATH, { aspect: 'change-timings', 'change-id': changeId, ...rest });
    return toRows<DebugTimings>(await this.caller.get(path, options), {}, { method: 'GET', path });
  }

  async addWarning(message: string, options?: CallOptions): Promise<void> {
    await this.act({ action: 'add-warning', message }, options);
  }

  /** Has every warning be pending again. */
  async unshowWarnings(options?: CallOptions): Promise<void> {
    await this.act({ action: 'unshow-warnings' }, options);
  }

  /** Has snapd look for work at once rather than within five minutes. */
  async ensureStateSoon(options?: CallOptions): Promise<void> {
    await this.act({ action: 'ensure-state-soon' }, options);
  }

  /** Whether a snap is there that may set `refresh.timer=managed`. */
  async canManageRefreshes(options?: CallOptions): Promise<boolean> {
    return (await this.act({ action: 'can-manage-refreshes' }, options)) === true;
  }

  /** Forgets every ready change, aborts every other and forgets every notice and warning that has expired. */
  async prune(options?: CallOptions): Promise<void> {
    await this.act({ action: 'prune' }, options);
  }

  /** Stack traces of all goroutines, the first 64 KiB of them. */
  async stacktraces(options?: CallOptions): Promise<string> {
    return String(await this.act({ action: 'stacktraces' }, options));
  }

  /** A tested recovery system; `systems.create` does more. */
  createRecoverySystem(label: string, options?: CallOptions): Promise<AsyncAnswer> {
    const json = { action: 'create-recovery-system', params: { 'recovery-system-label': label } };
    return this.caller.start({ method: 'POST', path: PATH, json }, options);
  }

  /** Moves the snaps' data of all users from ~/snap to ~/Snap. */
  migrateHome(snaps: readonly string[], options?: CallOptions): Promise<AsyncAnswer> {
    return this.caller.start({ method: 'POST', path: PATH, json: { action: 'migrate-home', snaps } }, options);
  }

  /** @param seconds for `profile` and `trace` how long to watch: snapd answers only then, so give the call more time */
  async pprof(profile: GoProfile, seconds?: number, options?: CallOptions): Promise<SnapdFile> {
    const path = withQuery(snapdPath('debug', 'pprof', profile), { seconds });
    return this.caller.file({ method: 'GET', path, dedicatedConnection: true }, options);
  }

  private act(json: object, options?: CallOptions): Promise<unknown> {
    return this.caller.sync({ method: 'POST', path: PATH, json }, options);
  }
}
