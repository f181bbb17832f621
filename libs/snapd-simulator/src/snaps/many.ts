import type { Change } from '../changes/change';
import { checkSnapConflict, isBusy } from '../changes/conflict';
import type { Device } from '../device/device';
import { quote, quoteAll } from '../go-text';
import { badRequest } from '../http/envelope';
import { acceptNewerSets } from '../validation-sets/newer';
import { refreshToEnforce } from '../validation-sets/refresh-to-enforce';
import type { SnapAction } from './action-request';
import { addClosingTasks, addSnapTasks } from './build';
import { checkDiskSpace } from './disk-space';
import { holdAll, holdSnaps, unholdAll, unholdSnaps } from './hold';
import { isHeld, type InstalledSnap } from './installed';
import { removeComponents } from './remove-components';
import { addRemoval, checkRemovable, installedOrRefusal } from './one';
import { alreadyValue, checkInstanceName, checkStore, planInstall, planRefresh, Refusal, type SnapPlan } from './plan';

/** An action on several snaps, or on all when none is named. */
export type ManyAction = (device: Device, action: SnapAction) => Change;

/** The actions of POST /v2/snaps; any other is refused there (§8.1). */
export const MANY_ACTIONS: Readonly<Record<string, ManyAction>> = {
  install,
  refresh,
  remove,
  hold: (device, action) =>
    action.snaps.length > 0 ? holdSnaps(device, action.snaps, action) : holdAll(device, action),
  unhold: (device, action) => (action.snaps.length > 0 ? unholdSnaps(device, action.snaps) : unholdAll(device)),
};

function install(device: Device, action: SnapAction): Change {
  const { snaps, ignoreValidation } = action;
  if (snaps.length === 0) throw new Refusal('cannot install zero snaps');
  const missing = snaps.filter((name) => !device.snaps.has(name)).sort();
  if (missing.length === 0) {
    const are = snaps.length === 1 ? `snap ${quoteAll(snaps)} is` : `snaps ${quoteAll(snaps)} are`;
    throw badRequest(`${are} already installed`, 'snap-already-installed', alreadyValue(device, snaps));
  }
  checkSnapConflict(device.changes, missing);
  const plans = missing.map((name) => planKnown(device, name, ignoreValidation));
  return runPlans(device, 'install-snap', `Install ${snapsText(snaps)}`, plans, action);
}

function planKnown(device: Device, name: string, ignoreValidation: boolean): SnapPlan {
  checkInstanceName(name);
  checkStore(device);
  if (!device.store.snap(name)) throw new Refusal(`snap ${quote(name)} not found`);
  return planInstall(device, name, { ignoreValidation });
}

function refresh(device: Device, action: SnapAction): Change {
  if (action.validationSets.length > 0) return refreshToEnforce(device, action);
  const plans = action.snaps.length > 0 ? plansForNamed(device, action) : plansForAll(device, action);
  if (plans.length > 0) {
    const names = plans.map((plan) => plan.name);
    const summary = names.length === 1 ? `Refresh ${quoteAll(names)} snap` : `Refresh ${snapsText(names)}`;
    return runPlans(device, 'refresh-snap', summary, plans, action);
  }
  const what = action.snaps.length > 0 ? `snaps ${quoteAll(action.snaps)}` : 'all snaps';
  return device.changes.spawnDone({ kind: 'refresh-snap', summary: `Refresh ${what}: no updates` });
}

function plansForNamed(device: Device, { snaps, ignoreValidation }: SnapAction): SnapPlan[] {
  const installed = [...snaps].sort().map((name) => installedOrRefusal(device, name));
  checkSnapConflict(device.changes, snaps);
  return installed.filter(isFromStore).flatMap((snap) => planRefresh(device, snap, { ignoreValidation }) ?? []);
}

// Held snaps are passed over, busy ones too; snaps the store does not have are left alone.
function plansForAll(device: Device, { ignoreValidation }: SnapAction): SnapPlan[] {
  checkSnapConflict(device.changes, []);
  const fromStore = [...device.snaps.values()].filter(isFromStore);
  if (fromStore.length === 0) return [];
  checkStore(device);
  acceptNewerSets(device);
  const now = device.clock.nowNs();
  return fromStore
    .filter((snap) => !isHeld(snap, now) && !isBusy(device.changes, snap.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((snap) => planRefresh(device, snap, { ignoreValidation, unnamed: true }) ?? []);
}

/** Snaps from files have nothing to be refreshed from. */
const isFromStore = ({ revision }: InstalledSnap): boolean => revision > 0;

/** Starts the change of several plans: a lane per snap, or one lane for all (§3.4, §10.24). */
function runPlans(
  device: Device,
  kind: 'install-snap' | 'refresh-snap',
  summary: string,
  plans: SnapPlan[],
  action: SnapAction,
): Change {
  const names = plans.map((plan) => plan.name);
  checkDiskSpace(device, kind === 'install-snap' ? 'install' : 'refresh', names);
  const change = device.changes.spawn({ kind, summary, snapNames: names });
  const shared = action.transaction === 'all-snaps' ? device.changes.newLane() : undefined;
  for (const plan of plans) addSnapTasks(device, change, plan, shared ?? device.changes.newLane());
  const refreshed = plans.filter((plan) => plan.action === 'refresh').map((plan) => plan.name);
  addClosingTasks(device, change, refreshed);
  return change;
}

function remove(device: Device, action: SnapAction): Change {
  const { componentsBySnap } = action;
  if (action.snaps.length === 0 && componentsBySnap.size > 0) return removeComponents(device, componentsBySnap);
  if (action.snaps.length === 0) throw new Refusal('cannot remove zero snaps');
  const installed = action.snaps.flatMap((name) => device.snaps.get(name) ?? []);
  const summary = `Remove ${snapsText(action.snaps)}`;
  const snapNames = installed.map((snap) => snap.name);
  if (installed.length === 0) return device.changes.spawnDone({ kind: 'remove-snap', summary });
  checkSnapConflict(device.changes, snapNames);
  for (const snap of installed) checkRemovable(device, snap);
  const change = device.changes.spawn({ kind: 'remove-snap', summary, snapNames });
  for (const snap of installed) addRemoval(device, change, snap, action);
  return change;
}

const snapsText = (names: readonly string[]): string =>
  names.length === 1 ? `snap ${quote(names[0] ?? '')}` : `snaps ${quoteAll(names)}`;
