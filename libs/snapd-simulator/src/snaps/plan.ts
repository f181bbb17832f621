import type { Device } from '../device/device';
import { isBefore } from '../device/version';
import { quote } from '../go-text';
import { ApiError, notFound } from '../http/envelope';
import type { SnapFile } from '../snap-files/read-snap';
import type { ComponentInfo } from '../snap-files/snap-info';
import { demandOn, type Demand } from '../validation-sets/tracking';
import { storeError } from '../store/store-errors';
import type { InstalledSnap } from './installed';
import { channelRevision, fullChannel, type StoreSnap } from './store';

/** Which revision of a snap an operation asks for. */
export interface Wish {
  /** The snap was not named: revisions gone back from are left out. */
  unnamed?: boolean;
  channel?: string;
  revision?: number;
  cohort?: string;
  leaveCohort?: boolean;
  ignoreValidation?: boolean;
}

/** What is to be done to one snap. */
export interface SnapPlan {
  name: string;
  action: 'install' | 'refresh' | 'revert' | 'switch' | 'components';
  revision: number;
  /** Channel named in the download's summary, as asked for or followed. */
  channel: string;
  tracking: string;
  cohort?: string;
  sizeBytes: number;
  /** Components to install with it, and the revision of each. */
  components?: Readonly<Record<string, number>>;
  /** Those of them that come from files. */
  componentFiles?: Readonly<Record<string, ComponentFile>>;
  ignoreValidation?: boolean;
  devmode?: boolean;
  /** Mounted from a directory. */
  tried?: boolean;
  /** The file it comes from, and where snapd keeps that. */
  file?: SnapFile;
  path?: string;
}

/** A component that comes from a file. */
export interface ComponentFile {
  info: ComponentInfo;
  sizeBytes: number;
  /** Where snapd keeps the file for the time being. */
  path: string;
}

/** A refusal that the API prefixes with `cannot <action> "x": ` and sends as 400 without kind. */
export class Refusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Refusal';
  }
}

/** @throws Refusal when the store cannot be asked about snaps */
export function checkStore(device: Device): void {
  const { store } = device;
  if (store.unreachable) throw new Refusal(storeError(device, 'Post', 'snaps/refresh'));
  if (store.failure !== undefined) throw new Refusal(store.failure);
}

/** The snap in the store. @throws ApiError snap-not-found (§10.11), Refusal when the store cannot be reached */
export function storeSnap(device: Device, name: string): StoreSnap {
  checkStore(device);
  const snap = device.store.snap(name);
  if (!snap) throw notFound('snap not found', 'snap-not-found', name);
  return snap;
}

const INSTANCE = /^(?:[a-z0-9]+-)*[a-z0-9]*[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:_[a-z0-9]{1,10})?$/;

/** @throws Refusal when no snap can be called so */
export function checkInstanceName(name: string): void {
  if (!INSTANCE.test(name)) throw new Refusal(`invalid instance name: invalid snap name: ${quote(name)}`);
}

/** The value of `snap-already-installed`: 2.68 names the first snap alone. */
export const alreadyValue = (device: Device, snaps: readonly string[]): unknown =>
  isBefore(device, '2.75') ? snaps[0] : { snaps };

/** What installing one snap would do. */
export function planInstall(device: Device, name: string, wish: Wish): SnapPlan {
  checkInstanceName(name);
  const snap = storeSnap(device, name);
  const demand = wish.ignoreValidation ? undefined : demandOn(device, name);
  if (demand?.kind === 'invalid') {
    const set = `validation set ${demand.keys}`;
    throw new Refusal(`cannot install snap ${quote(name)} due to enforcing rules of ${set}`);
  }
  const revision =
    wish.revision ??
    demand?.revision ??
    revisionOf(device.store.seenBy(snap, wish.cohort), wish.channel ?? 'stable', 'install');
  checkRevision(snap, revision);
  checkDemand(`cannot install snap ${quote(name)} at revision ${revision}`, revision, demand);
  return planTo(snap, 'install', revision, wish.channel ?? 'stable', fullChannel(wish.channel ?? ''), wish);
}

/** What refreshing an installed snap would do; undefined when there is nothing new. */
export function planRefresh(device: Device, installed: InstalledSnap, wish: Wish): SnapPlan | undefined {
  const snap = storeSnap(device, installed.name);
  const demand = wish.ignoreValidation || installed.ignoreValidation ? undefined : demandOn(device, installed.name);
  const tracking = fullChannel(wish.channel ?? '', installed.tracking);
  const cohort = wish.leaveCohort ? undefined : (wish.cohort ?? installed.cohort);
  const seen = device.store.seenBy(snap, cohort);
  const revision = wish.revision ?? demand?.revision ?? revisionOf(seen, tracking, 'refresh');
  checkRevision(snap, revision);
  checkDemand(`cannot update snap ${quote(snap.name)} to revision ${revision}`, revision, demand);
  const plan = planTo(snap, 'refresh', revision, tracking, tracking, { ...wish, cohort });
  if (revision !== installed.revision && !(wish.unnamed && revertedFrom(installed, revision))) return plan;
  const moved = tracking !== installed.tracking || cohort !== installed.cohort;
  return moved ? { ...plan, action: 'switch', revision: installed.revision } : undefined;
}

/** Refreshing a snap from a file to a revision that is still on disk. */
export function planKept({ name, tracking, cohort }: InstalledSnap, revision: number): SnapPlan {
  return { name, action: 'refresh', revision, channel: tracking, tracking, cohort, sizeBytes: 0 };
}

/** A plan to bring a snap to a revision that a validation set asks for. */
export function planRequired(device: Device, name: string, revision: number | undefined): SnapPlan {
  const snap = storeSnap(device, name);
  const installed = device.snaps.get(name);
  const tracking = installed?.tracking ?? 'latest/stable';
  const wanted = revision ?? revisionOf(snap, tracking, 'install');
  checkRevision(snap, wanted);
  return planTo(snap, installed ? 'refresh' : 'install', wanted, tracking, tracking, { cohort: installed?.cohort });
}

/** Going back to the revision before the present one, or to a given one on disk. */
export function planRevert(device: Device, name: string, revision: number | undefined): SnapPlan {
  const installed = device.snaps.get(name);
  const at = installed?.sequence.indexOf(installed.revision) ?? -1;
  const target = revision ?? installed?.sequence[at - 1];
  if (!installed || target === undefined) throw new Refusal('no revision to revert to');
  if (target === installed.revision) throw new Refusal('already on requested revision');
  if (!installed.sequence.includes(target)) throw new Refusal(`cannot find revision ${target} for snap ${quote(name)}`);
  const { tracking, cohort } = installed;
  return { name, action: 'revert', revision: target, channel: tracking, tracking, cohort, sizeBytes: 0 };
}

// After a revert, refreshing all snaps leaves the newer revisions out until the store has yet another one.
const revertedFrom = (installed: InstalledSnap, revision: number): boolean =>
  installed.sequence.indexOf(revision) > installed.sequence.indexOf(installed.revision);

function planTo(
  snap: StoreSnap,
  action: 'install' | 'refresh',
  revision: number,
  channel: string,
  tracking: string,
  wish: Wish,
): SnapPlan {
  const { cohort, ignoreValidation } = wish;
  const sizeBytes = snap.revisions.get(revision)?.sizeBytes ?? 0;
  return { name: snap.name, action, revision, channel, tracking, cohort, sizeBytes, ignoreValidation };
}

function revisionOf(snap: StoreSnap, channel: string, action: string): number {
  const revision = channelRevision(snap, channel);
  if (revision !== undefined) return revision;
  const releases = [...snap.channels.keys()].map((name) => ({ architecture: 'amd64', channel: name }));
  throw new ApiError(404, 'no snap revision on specified channel', 'snap-channel-not-available', {
    'snap-name': snap.name,
    action,
    channel: fullChannel(channel),
    architecture: 'amd64',
    releases,
  });
}

function checkRevision(snap: StoreSnap, revision: number): void {
  if (snap.revisions.has(revision)) return;
  throw notFound('no snap revision available as specified', 'snap-revision-not-available', snap.name);
}

function checkDemand(what: string, revision: number, demand: Demand | undefined): void {
  if (demand === undefined || demand.kind === 'invalid') return;
  if (demand.revision === undefined || demand.revision === revision) return;
  throw new Refusal(
    `${what} without --ignore-validation, revision ${demand.revision} is required by validation sets: ${demand.keys}`,
  );
}
