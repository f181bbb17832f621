import type { Clock } from './clock';
import type { SimulatedStore } from './snaps/store';

/** A snap the device has from the factory; what is left out comes from the store. */
export interface FactorySnap {
  name: string;
  /** Default: what the channel has. */
  revision?: number;
  /** Channel it follows; default `latest/stable`. */
  channel?: string;
}

/** A recovery system the device has from the factory. */
export interface FactorySystem {
  label: string;
  current?: boolean;
  default?: boolean;
}

/** A validation set tracked from the factory (as a model's `validation-sets` would be at seeding). */
export interface FactoryValidationSet {
  accountId: string;
  name: string;
  mode: 'monitor' | 'enforce';
  /** Pins the set when given; otherwise the store's latest is taken. */
  sequence?: number;
}

/** A hook that is about to run. */
export interface HookRun {
  snap: string;
  /** `configure`, `install`, `post-refresh` … */
  hook: string;
  /** Configuration of the snap as the hook sees it. */
  conf: Readonly<Record<string, unknown>>;
}

/** What a hook does: what it says when it fails, and how long it takes. */
export interface HookOutcome {
  /** Its last words; with these it fails. */
  error?: string;
  ms?: number;
}

/** Everything a simulated device is made from. Times are milliseconds on the injected clock. */
export interface SimulatedSnapdOptions {
  store: SimulatedStore;
  clock: Clock;
  /** Text of the model assertion. */
  model: string;
  /** Text of the serial assertion; without it the device is not registered (§10.39). */
  serial?: string;
  snaps: readonly FactorySnap[];
  validationSets?: readonly FactoryValidationSet[];
  /** Default: one system `factory`, current and default. */
  systems?: readonly FactorySystem[];
  /** Duration of a task of multiplier 1; 0, the default, runs a change within the request that starts it. */
  taskMs?: number;
  /** How long one boot takes; default 0 (one turn of the clock). */
  rebootMs?: number;
  /** How long the daemon itself is away when it restarts; default 0. */
  daemonRestartMs?: number;
  /** How long a stopping daemon still answers, with `maintenance`; snapd's is 3000, the default here 0. */
  graceMs?: number;
  /**
   * The device starts with its first boot: a change seeds the snaps, then another gets the serial. The default is a
   * device that has both behind it.
   */
  firstBoot?: boolean;
  /** false: every operation is refused as too early (§10.18). Default true. */
  seeded?: boolean;
  /**
   * The device refreshes by itself, as `refresh.timer` says, and holds one timer for it. Without it nothing happens
   * that nobody asked for.
   */
  autoRefresh?: boolean;
  /** Ready changes kept before the oldest is pruned; snapd's 500 is the default. */
  maxReadyChanges?: number;
  /** snapd's version; answers are those of 2.77 unless an older one is named. Default `2.77.1`. */
  version?: string;
  /** What the hooks that snaps bring do; without it they all succeed at once. */
  hooks?: (run: HookRun) => HookOutcome | undefined;
  /** Texts of assertions the device has from the factory, besides its model and serial. */
  assertions?: readonly string[];
  /** What system-info tells of the machine: kernel, sandbox, os-release …; taken over what is told without it. */
  machine?: Readonly<Record<string, unknown>>;
}
