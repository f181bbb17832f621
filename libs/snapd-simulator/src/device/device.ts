import { parseHeaders, type AssertionHeaders } from '../assertion-headers';
import type { Task } from '../changes/change';
import { ChangeStore } from '../changes/change-store';
import { FaultPlan } from '../changes/faults';
import { TaskRunner } from '../changes/runner';
import type { Clock } from '../clock';
import type { JsonObject } from '../http/request';
import { AutoRefresh, noteFailures } from '../auto-refresh/auto-refresh';
import { NoticeStore } from '../notices/notice-store';
import type { SimulatedSnapdOptions } from '../options';
import type { SnapSetup } from '../snaps/build';
import type { InstalledSnap } from '../snaps/installed';
import { Downloads } from '../snaps/downloads';
import { channelRevision, fullChannel, type SimulatedStore } from '../snaps/store';
import { RecoverySystems } from '../systems/systems';
import { TrackedSets } from '../validation-sets/tracking';
import { seedClassic } from './classic-seed';
import { seed } from './first-boot';
import { HANDLERS } from './handlers';
import { Parts } from './parts';
import { Power } from './power';

const DEFAULT_SYSTEMS = [{ label: 'factory', current: true, default: true }];

/** One simulated device: its state and the services that act on it. The store is shared and only read. */
export class Device {
  readonly store: SimulatedStore;
  readonly clock: Clock;
  readonly power: Power;
  readonly faults = new FaultPlan();
  /** Text of the model assertion. */
  model: string;
  modelHeaders: AssertionHeaders;
  /** Text of the serial assertion, once registered. */
  serial: string | undefined;
  changes!: ChangeStore;
  notices!: NoticeStore;
  runner!: TaskRunner<Device>;
  snaps!: Map<string, InstalledSnap>;
  conf!: Map<string, JsonObject>;
  sets!: TrackedSets;
  /** On the seed: what is made there outlives a factory reset. */
  readonly systems: RecoverySystems;
  /** Only where the device refreshes by itself. */
  autoRefresh: AutoRefresh | undefined;
  /** What rarely used resources keep. */
  parts!: Parts;
  seeded: boolean;
  /** When the factory state was last entered. */
  seededNs = 0n;
  /** The state of the normal system, while the device is in recover mode. */
  private leftInRun: Partial<Device> | undefined;
  /** System mode: run, recover, install or factory-reset. */
  mode = 'run';
  /** The next boot made for a task fails: a try of a system, or a new kernel or base. */
  failNextBoot = false;
  /** Told when the device's socket goes and comes back. */
  onSocket: ((state: 'gone' | 'back') => void) | undefined;
  /** The last downloads, kept so that they need not be made again. */
  readonly downloads = new Downloads();

  constructor(readonly options: SimulatedSnapdOptions) {
    this.store = options.store;
    this.clock = options.clock;
    this.model = options.model;
    this.modelHeaders = parseHeaders(options.model);
    this.seeded = options.seeded ?? true;
    const { graceMs = 0, rebootMs = 0, daemonRestartMs = 0 } = options;
    this.power = new Power(
      options.clock,
      { graceMs, rebootMs, daemonRestartMs },
      {
        stopped: () => {
          this.autoRefresh?.stop();
          this.runner.stop();
        },
        down: () => this.onSocket?.('gone'),
        started: () => {
          this.onSocket?.('back');
          this.changes.restore();
          this.runner.start();
          this.autoRefresh?.arm();
        },
      },
    );
    this.systems = new RecoverySystems(options.systems ?? (this.classic ? [] : DEFAULT_SYSTEMS), options.model);
    this.toFactoryState();
    this.autoRefresh?.arm();
  }

  /** §10.40: everything of the state is gone, ids start at 1 again; what a system installs is there. */
  private toFactoryState(label?: string): void {
    this.takeModel((label !== undefined && this.systems.get(label)?.model) || this.options.model);
    this.seededNs = this.clock.nowNs();
    this.notices = new NoticeStore(this.clock);
    this.changes = new ChangeStore(this.clock, this.notices, {
      maxReady: this.options.maxReadyChanges ?? 500,
      onReady: (change) => noteFailures(this, change),
      onStale: (change) => this.runner.abortUnready(change),
    });
    this.snaps = new Map();
    this.conf = new Map();
    this.parts = new Parts();
    this.sets = new TrackedSets();
    this.runner = this.newRunner();
    this.autoRefresh?.stop();
    this.autoRefresh = this.options.autoRefresh && this.mode === 'run' ? new AutoRefresh(this) : undefined;
    if (this.classic) seedClassic(this);
    if (this.options.firstBoot) this.beginSeeding();
    else this.takeFactoryContent();
  }

  private beginSeeding(): void {
    this.seeded = false;
    this.serial = undefined;
    seed(this);
    this.runner.ensure();
  }

  private takeFactoryContent(): void {
    this.serial = this.options.serial;
    for (const snap of this.options.snaps) this.snaps.set(snap.name, this.factoryRecord(snap));
    for (const set of this.options.validationSets ?? []) this.addFactorySet(set);
  }

  /** The first seeding is over: operations are accepted, the model's validation sets followed (§10.18). */
  finishSeeding(): void {
    this.seeded = true;
    if (!this.options.firstBoot) return;
    for (const set of this.options.validationSets ?? []) this.addFactorySet(set);
  }

  /** Whether the model is that of a classic system, not of Core. */
  get classic(): boolean {
    return this.modelHeaders.classic === 'true';
  }

  /** The installed snap a constraint means: by snap id when both sides have one, else by name. */
  installedAs(name: string, id?: string): InstalledSnap | undefined {
    const byName = this.snaps.get(name);
    const storeId = this.store.snap(name)?.id;
    if (id === undefined || storeId === undefined || storeId === id) return byName;
    return [...this.snaps.values()].find((snap) => this.store.snap(snap.name)?.id === id);
  }

  /** Becomes a device of another model, or of another revision of it. */
  takeModel(text: string): void {
    this.model = text;
    this.modelHeaders = parseHeaders(text);
  }

  /** Whether the model is one of Ubuntu Core, where the system itself is made of snaps. */
  get isCore(): boolean {
    return this.modelHeaders.classic !== 'true' && this.modelHeaders.base !== undefined;
  }

  /** The snaps the model lists. */
  modelSnaps(): { name: string; optional: boolean }[] {
    const { snaps } = this.modelHeaders;
    if (!Array.isArray(snaps)) return [];
    return (snaps as AssertionHeaders[]).map(({ name, presence }) => ({
      name: String(name),
      optional: presence === 'optional',
    }));
  }

  isModelSnap(name: string): boolean {
    return this.modelSnaps().some((snap) => snap.name === name);
  }

  /** Whether the model enforces the set (and not merely prefers to). */
  isModelSet(reference: { accountId: string; name: string }): boolean {
    const sets = this.modelHeaders['validation-sets'];
    if (!Array.isArray(sets)) return false;
    return sets.some((set) => {
      const { 'account-id': account = this.modelHeaders['brand-id'], name, mode } = set as AssertionHeaders;
      return account === reference.accountId && name === reference.name && mode === 'enforce';
    });
  }

  /** Restarts into a mode; install and factory-reset leave the factory state behind. */
  bootInto(mode: string, label = this.systems.current): void {
    const fresh = mode === 'install' || mode === 'factory-reset';
    this.power.reboot(fresh ? 2 : 1, () => {
      if (fresh) this.installFrom(label);
      else if (mode === 'recover') this.recoverWith(label);
      else this.returnToRun();
    });
  }

  /** The normal system is up again, as it was left. */
  returnToRun(): void {
    this.mode = 'run';
    if (this.leftInRun) Object.assign(this, this.leftInRun);
    this.leftInRun = undefined;
  }

  private installFrom(label: string | undefined): void {
    this.leftInRun = undefined;
    this.mode = 'run';
    this.systems.installedFrom(label);
    this.toFactoryState(label);
  }

  // §3.5: a system in recover mode has a state of its own, with ids from 1.
  private recoverWith(label: string | undefined): void {
    const { notices, changes, snaps, conf, parts, sets, runner, autoRefresh, model, modelHeaders, serial, seeded } =
      this;
    const left = {
      notices,
      changes,
      snaps,
      conf,
      parts,
      sets,
      runner,
      autoRefresh,
      model,
      modelHeaders,
      serial,
      seeded,
    };
    this.leftInRun ??= left;
    this.mode = 'recover';
    this.toFactoryState(label);
  }

  private newRunner(): TaskRunner<Device> {
    return new TaskRunner<Device>({
      clock: this.clock,
      changes: this.changes,
      faults: this.faults,
      taskMs: this.options.taskMs ?? 0,
      handlers: HANDLERS,
      context: this,
      bootId: () => this.power.bootId,
      systemRestartWanted: (task) => this.restartFor(task),
    });
  }

  // A tested system is booted and then left again: two boots (§5.5).
  private restartFor(task: Task): void {
    const isTest = task.kind === 'create-recovery-system';
    this.power.reboot(isTest ? 2 : 1, () => {
      const failed = this.failNextBoot;
      this.failNextBoot = false;
      if (isTest && !failed) this.systems.tried.add((task.setup as { label: string }).label);
      if (task.kind === 'link-snap' && failed) (task.setup as SnapSetup).rolledBack = true;
    });
  }

  /** The record of a snap as it leaves the factory. */
  factoryRecord({ name, revision, channel }: SimulatedSnapdOptions['snaps'][number]): InstalledSnap {
    const snap = this.store.snap(name);
    const tracking = fullChannel(channel ?? '');
    const installed = revision ?? (snap && channelRevision(snap, tracking));
    if (!snap || installed === undefined) {
      throw new Error(`cannot seed snap ${JSON.stringify(name)}: the store has no revision of it in ${tracking}`);
    }
    const installedNs = this.clock.nowNs();
    const about = { name, active: true, revision: installed, tracking, channel: tracking };
    return { ...about, sequence: [installed], installedNs };
  }

  private addFactorySet(set: NonNullable<SimulatedSnapdOptions['validationSets']>[number]): void {
    const { accountId, name, mode, sequence } = set;
    const assertion = this.store.validationSet(accountId, name, sequence);
    if (!assertion) throw new Error(`cannot seed validation set ${accountId}/${name}: the store does not have it`);
    const pinned = sequence !== undefined && { pinnedAt: sequence };
    this.sets.track({ accountId, name, mode, sequence: assertion.sequence, ...pinned });
  }
}
