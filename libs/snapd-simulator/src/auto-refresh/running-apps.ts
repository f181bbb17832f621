import type { Device } from '../device/device';
import { quote } from '../go-text';
import type { InstalledSnap } from '../snaps/installed';

const DAY_NS = 86_400_000_000_000n;
/** After this time running apps do not hold a refresh up any more (§8.2). */
const INHIBITED_AT_MOST_NS = 14n * DAY_NS;

/** Starts an app of a snap, as a person would; while it runs, the snap is not refreshed under it. */
export function startApp(device: Device, snap: string, app: string): void {
  const installed = device.snaps.get(snap);
  if (!installed) throw new Error(`cannot run ${snap}.${app}: snap ${quote(snap)} is not installed`);
  installed.running = new Set([...(installed.running ?? []), app]);
}

/** The app has ended; a refresh that waited for it goes on. */
export function stopApp(device: Device, snap: string, app: string): void {
  const installed = device.snaps.get(snap);
  if (!installed?.running?.delete(app) || installed.running.size > 0) return;
  delete installed.running;
  if (installed.inhibitedNs === undefined) return;
  setInhibited(device, installed, undefined);
  device.autoRefresh?.continueWith(snap);
}

/** Why a named refresh has to wait, or undefined. */
export function busyText({ name, running }: InstalledSnap): string | undefined {
  if (!running) return undefined;
  return `snap ${quote(name)} has running apps (${[...running].sort().join(', ')})`;
}

/** Whether a refresh is forced although apps run: they had their time. */
export const isForced = ({ inhibitedNs }: InstalledSnap, nowNs: bigint): boolean =>
  inhibitedNs !== undefined && nowNs - inhibitedNs >= INHIBITED_AT_MOST_NS;

/** Notes since when a snap's refresh waits; the set of such snaps is told by a notice (§4.1). */
export function setInhibited(device: Device, installed: InstalledSnap, sinceNs: bigint | undefined): void {
  if (sinceNs === undefined) delete installed.inhibitedNs;
  else installed.inhibitedNs = sinceNs;
  device.notices.record('refresh-inhibit', '-');
}

/** Until when a waiting refresh waits (`refresh-inhibit.proceed-time`). */
export const proceedNs = (inhibitedNs: bigint): bigint => inhibitedNs + INHIBITED_AT_MOST_NS;
