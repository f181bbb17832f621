import { createHash } from 'node:crypto';
import type { Change } from '../changes/change';
import { isBusy } from '../changes/conflict';
import type { TaskHandler } from '../changes/runner';
import { valueAt } from '../conf/document';
import type { Device } from '../device/device';
import { quote, quoteAll } from '../go-text';
import { parseTime } from '../go-time';
import { addClosingTasks, addSnapTasks, type SnapSetup } from '../snaps/build';
import type { InstalledSnap } from '../snaps/installed';
import { planRefresh, type SnapPlan } from '../snaps/plan';
import { acceptNewerSets } from '../validation-sets/newer';
import { isPutOff, noteFailure } from './failures';
import { isForced, setInhibited } from './running-apps';
import { DEFAULT_TIMER, nextDue } from './schedule';

const MS = 1_000_000n;
/** snapd tries again this much later when the store could not be asked. */
const RETRY_MS = 20 * 60_000;

/** Refreshes the device by itself, as `refresh.timer` and `refresh.hold` say; one timer for each device that does. */
export class AutoRefresh {
  private cancel: (() => void) | undefined;
  /** When the last one was tried. */
  lastNs: bigint;
  nextNs: bigint | undefined;

  constructor(private readonly device: Device) {
    this.lastNs = device.clock.nowNs();
  }

  /** Plans the next refresh anew: at the start, after each one, and when the configuration of refreshes changed. */
  arm(): void {
    const due = nextDue(this.setting('timer') ?? DEFAULT_TIMER, this.nowMs(), this.share());
    const held = this.heldUntilMs();
    this.wait(due === undefined || held === Infinity ? undefined : Math.max(due, held));
  }

  /** No refresh until armed again. */
  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  /** Refreshes one snap that waited for its apps to end. */
  continueWith(snap: string): void {
    const plans = this.plans().filter((plan) => plan.name === snap);
    if (plans.length > 0) this.start(plans);
  }

  private wait(untilMs: number | undefined): void {
    this.stop();
    this.nextNs = untilMs === undefined ? undefined : BigInt(untilMs) * MS;
    if (untilMs === undefined) return;
    this.cancel = this.device.clock.setTimer(Math.max(0, untilMs - this.nowMs()), () => this.due());
  }

  private due(): void {
    const { store, clock, seeded } = this.device;
    if (!seeded || store.unreachable || store.failure !== undefined) return this.wait(this.nowMs() + RETRY_MS);
    this.lastNs = clock.nowNs();
    acceptNewerSets(this.device);
    const plans = this.plans();
    const waiting = plans.filter((plan) => this.mustWait(plan));
    for (const plan of waiting) this.preDownload(plan);
    const now = plans.filter((plan) => !waiting.includes(plan));
    if (now.length > 0) this.start(now);
    this.arm();
  }

  /** What could be refreshed: not what is held at any level, at work already, or failed lately. */
  private plans(): SnapPlan[] {
    const { device } = this;
    const nowNs = device.clock.nowNs();
    return [...device.snaps.values()]
      .filter(
        (snap) =>
          !(snap.hold && snap.hold.untilNs > nowNs) &&
          !isBusy(device.changes, snap.name) &&
          device.store.snap(snap.name),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((snap) => planRefresh(device, snap, { unnamed: true }) ?? [])
      .filter((plan) => !isPutOff(device.snaps.get(plan.name) as InstalledSnap, plan.revision, nowNs));
  }

  private mustWait({ name }: SnapPlan): boolean {
    const installed = this.device.snaps.get(name);
    return installed?.running !== undefined && !isForced(installed, this.device.clock.nowNs());
  }

  /** The revision is fetched, and used when the apps have ended (§1.5 pre-download). */
  private preDownload(plan: SnapPlan): void {
    const { device } = this;
    const installed = device.snaps.get(plan.name);
    if (installed?.inhibitedNs !== undefined || device.downloads.has(plan.name, plan.revision)) return;
    const summary = `Pre-download ${quote(plan.name)} for auto-refresh`;
    const change = device.changes.spawn({ kind: 'pre-download', summary });
    device.changes.addTask(change, {
      kind: 'pre-download-snap',
      summary: `Pre-download snap ${quote(plan.name)} (${plan.revision}) from channel ${quote(plan.channel)}`,
      snaps: [plan.name],
      setup: { plan },
      sizeBytes: plan.sizeBytes,
    });
    device.runner.ensure();
  }

  private start(plans: readonly SnapPlan[]): void {
    const { device } = this;
    const names = plans.map((plan) => plan.name);
    const forced = names.filter((name) => device.snaps.get(name)?.running);
    const data = forced.length > 0 ? { 'refresh-forced': forced } : undefined;
    const change = device.changes.spawn({ kind: 'auto-refresh', summary: summaryOf(names), snapNames: names, data });
    for (const plan of plans) addSnapTasks(device, change, plan, device.changes.newLane());
    addClosingTasks(device, change, names);
    device.runner.ensure();
  }

  private heldUntilMs(): number {
    const hold = this.setting('hold');
    if (hold === undefined) return 0;
    return hold === 'forever' ? Infinity : Number(parseTime(hold) / MS);
  }

  private setting(name: 'timer' | 'hold'): string | undefined {
    const value = valueAt(this.device.conf.get('core') ?? {}, `refresh.${name}`);
    return typeof value === 'string' ? value : undefined;
  }

  /** Devices of a fleet do not all go at once: each has its own place in a spread span. */
  private share(): number {
    const serial = this.device.serial ?? this.device.power.bootId;
    return createHash('sha256').update(serial).digest().readUInt32BE(0) / 2 ** 32;
  }

  private nowMs(): number {
    return Number(this.device.clock.nowNs() / MS);
  }
}

function summaryOf(names: readonly string[]): string {
  if (names.length === 1) return `Auto-refresh snap ${quoteAll(names)}`;
  return names.length <= 3 ? `Auto-refresh snaps ${quoteAll(names)}` : `Auto-refresh ${names.length} snaps`;
}

/** pre-download-snap: the file is there; the refresh waits for the apps. */
export const preDownloadHandler: TaskHandler<Device> = {
  do(device, task) {
    const { plan } = task.setup as SnapSetup;
    device.downloads.keep(plan.name, plan.revision);
    const installed = device.snaps.get(plan.name);
    if (installed?.running) setInhibited(device, installed, device.clock.nowNs());
    return 'done';
  },
};

/** After an auto-refresh: the snaps whose lane failed are named, and counted on themselves (§3.1 refresh-failed). */
export function noteFailures(device: Device, change: Change): void {
  if (change.kind !== 'auto-refresh') return;
  const failed = change.tasks.filter((task) => task.kind === 'link-snap' && task.status !== 'Done');
  if (failed.length === 0) return;
  for (const task of failed) {
    const { plan } = task.setup as SnapSetup;
    const installed = device.snaps.get(plan.name);
    if (installed) noteFailure(installed, plan.revision, device.clock.nowNs());
  }
  change.data = { ...change.data, 'refresh-failed': failed.flatMap((task) => task.snaps ?? []).sort() };
}
