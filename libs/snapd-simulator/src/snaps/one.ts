import type { Change } from '../changes/change';
import { busyText } from '../auto-refresh/running-apps';
import { checkSnapConflict, SNAPD_DOWNGRADE } from '../changes/conflict';
import { removalRefusal, roleOf } from '../device/boot-snaps';
import type { Device } from '../device/device';
import { quote, quoteAll } from '../go-text';
import { badRequest } from '../http/envelope';
import { demandOn } from '../validation-sets/tracking';
import type { SnapAction } from './action-request';
import { addChain, addClosingTasks, addSnapTasks } from './build';
import { checkDiskSpace } from './disk-space';
import { planComponents, withComponents } from './components';
import { holdSnaps, unholdSnaps } from './hold';
import { automaticSet } from '../snapshots/automatic';
import type { InstalledSnap } from './installed';
import { revisionText } from './local-snaps';
import { removeComponents } from './remove-components';
import {
  alreadyValue,
  planInstall,
  planKept,
  planRefresh,
  planRevert,
  Refusal,
  type SnapPlan,
  type Wish,
} from './plan';
import { fullChannel } from './store';
import { disableSteps, enableSteps, removeRevisionSteps, removeSteps, switchSteps, type Step } from './task-lists';

/** An action on one snap: checks, then the change. */
export type OneAction = (device: Device, name: string, action: SnapAction) => Change;

/** The actions of POST /v2/snaps/{name}. */
export const ONE_ACTIONS: Readonly<Record<string, OneAction>> = {
  install,
  refresh,
  remove,
  revert,
  enable,
  disable,
  switch: switchChannel,
  hold: (device, name, action) => holdSnaps(device, [name], action),
  unhold: (device, name) => unholdSnaps(device, [name]),
};

const wishOf = ({ channel, revision, cohort, leaveCohort, ignoreValidation }: SnapAction): Wish => ({
  channel,
  revision,
  cohort,
  leaveCohort,
  ignoreValidation,
});

function install(device: Device, name: string, action: SnapAction): Change {
  const { components } = action;
  const { revision = 0 } = device.snaps.get(name) ?? {};
  if (revision < 0 && components.length > 0) {
    throw new Refusal('internal error: cannot install components for a snap that is unknown to the store');
  }
  if (device.snaps.has(name) && components.length > 0) return installComponents(device, name, components);
  if (device.snaps.has(name)) {
    // §10.12
    throw badRequest(
      `snap ${quote(name)} is already installed`,
      'snap-already-installed',
      alreadyValue(device, [name]),
    );
  }
  checkSnapConflict(device.changes, [name]);
  const wanted = components.map((component) => ({ snap: name, name: component }));
  const plans = withComponents(device, [planInstall(device, name, wishOf(action))], wanted);
  const about = components.length > 0 ? ` with component${plural(components)} ${quoteAll(components)}` : '';
  return runPlan(device, plans[0] as SnapPlan, `Install ${quote(name)} snap${about}${fromChannel(action)}`);
}

function installComponents(device: Device, name: string, components: readonly string[]): Change {
  checkSnapConflict(device.changes, [name]);
  const plan = planComponents(device, name, components);
  const about = `component${plural(components)} ${quoteAll(components)} for ${quote(name)} snap`;
  const change = device.changes.spawn({ kind: 'install-snap', summary: `Install ${about}`, snapNames: [name] });
  addSnapTasks(device, change, plan, device.changes.newLane());
  return change;
}

const plural = (names: readonly string[]): string => (names.length > 1 ? 's' : '');

function refresh(device: Device, name: string, action: SnapAction): Change {
  const installed = installedOrRefusal(device, name);
  const local = installed.revision < 0;
  const kept = installed.sequence.find((revision) => revision === action.revision);
  if (local && kept === undefined) throw badRequest('cannot perform operation on local snap', 'snap-local', '');
  checkSnapConflict(device.changes, [name]);
  const plan = local && kept !== undefined ? planKept(installed, kept) : planRefresh(device, installed, wishOf(action));
  // §10.14
  if (!plan) throw badRequest('snap has no updates available', 'snap-no-update-available', '');
  const busy = action.ignoreRunning ? undefined : busyText(installed);
  if (busy !== undefined) throw new Refusal(busy);
  return runPlan(device, plan, `Refresh ${quote(name)} snap${fromChannel(action)}`);
}

function revert(device: Device, name: string, action: SnapAction): Change {
  const plan = planRevert(device, name, action.revision);
  checkSnapConflict(device.changes, [name]);
  return runPlan(device, plan, `Revert ${quote(name)} snap`);
}

function runPlan(device: Device, plan: SnapPlan, summary: string): Change {
  const kind = plan.action === 'switch' ? 'refresh-snap' : `${plan.action}-snap`;
  if (plan.action === 'install' || plan.action === 'refresh') checkDiskSpace(device, plan.action, [plan.name]);
  const change = device.changes.spawn({ kind, summary, snapNames: [plan.name] });
  if (isSnapdDowngrade(device, plan)) change.exclusive = SNAPD_DOWNGRADE;
  addSnapTasks(device, change, plan, device.changes.newLane());
  if (plan.action === 'install') addClosingTasks(device, change, []);
  if (plan.action === 'refresh') addClosingTasks(device, change, [plan.name]);
  return change;
}

const isSnapdDowngrade = (device: Device, { name, revision }: SnapPlan): boolean =>
  roleOf(device, name) === 'snapd' && revision < (device.snaps.get(name)?.revision ?? 0);

function remove(device: Device, name: string, action: SnapAction): Change {
  if (action.componentsBySnap.size > 0) return removeComponents(device, action.componentsBySnap);
  const installed = installedOrError(device, name);
  checkSnapConflict(device.changes, [name]);
  checkRemovable(device, installed, action.revision);
  if (!action.purge) checkDiskSpace(device, 'remove', [name]);
  const change = device.changes.spawn({
    kind: 'remove-snap',
    summary: `Remove ${quote(name)} snap`,
    snapNames: [name],
  });
  addRemoval(device, change, installed, action);
  return change;
}

/** Adds the tasks that remove a snap, or one of its revisions. */
export function addRemoval(device: Device, change: Change, installed: InstalledSnap, action: SnapAction): void {
  const { name, revision, sequence } = installed;
  const steps =
    action.revision !== undefined && sequence.length > 1
      ? removeRevisionSteps(name, revisionText(action.revision))
      : removeSteps(
          name,
          revisionText(revision),
          sequence.map(revisionText),
          action.purge ? undefined : automaticSet(device, name),
        );
  addChain(device, change, steps, { lane: device.changes.newLane(), snap: name });
}

/** @throws Refusal when the model, another snap or an enforced set needs the snap (§6.2) */
export function checkRemovable(device: Device, installed: InstalledSnap, revision?: number): void {
  const name = installed.name;
  if (revision !== undefined && !installed.sequence.includes(revision)) {
    throw new Refusal(`revision ${revision} of snap ${quote(name)} is not installed`);
  }
  if (revision !== undefined && revision === installed.revision && installed.sequence.length > 1) {
    throw new Refusal(`cannot remove active revision ${revision} of snap ${quote(name)}`);
  }
  if (revision !== undefined && revision !== installed.revision) return;
  const why = removalRefusal(device, name) ?? requiredBy(device, name);
  if (why !== undefined) throw new Refusal(`snap ${quote(name)} is not removable: ${why}`);
}

function requiredBy(device: Device, name: string): string | undefined {
  const demand = demandOn(device, name);
  if (demand?.kind !== 'required') return undefined;
  const at = demand.revision === undefined ? '' : ` at revision ${demand.revision}`;
  return `snap ${quote(name)}${at} is required by validation sets: ${demand.keys}`;
}

function enable(device: Device, name: string): Change {
  const installed = installedOrError(device, name);
  checkSnapConflict(device.changes, [name]);
  if (installed.active) throw new Refusal(`snap ${quote(name)} already enabled`);
  const { revision, tracking: channel, cohort } = installed;
  const plan = { name, action: 'refresh' as const, revision, channel, tracking: channel, cohort, sizeBytes: 0 };
  return runSteps(
    device,
    'enable-snap',
    `Enable ${quote(name)} snap`,
    name,
    enableSteps(name, revisionText(revision)),
    {
      plan,
      enabling: true,
    },
  );
}

function disable(device: Device, name: string): Change {
  const installed = installedOrError(device, name);
  checkSnapConflict(device.changes, [name]);
  if (!installed.active) throw new Refusal(`snap ${quote(name)} already disabled`);
  const steps = disableSteps(name, revisionText(installed.revision));
  return runSteps(device, 'disable-snap', `Disable ${quote(name)} snap`, name, steps);
}

function switchChannel(device: Device, name: string, action: SnapAction): Change {
  const installed = installedOrError(device, name);
  checkSnapConflict(device.changes, [name]);
  const asked = action.channel ?? '';
  const from = installed.tracking;
  const tracking = fullChannel(asked, from === '' ? undefined : from);
  const cohort = action.leaveCohort ? undefined : (action.cohort ?? installed.cohort);
  const plan = { name, action: 'switch' as const, revision: installed.revision, channel: tracking, tracking, cohort };
  const shown = from === '' ? asked : tracking; // one that followed none is told the channel as it was asked for
  const steps = switchSteps('switch-snap', name, from, shown);
  const to = action.channel === undefined ? cohortText(action) : ` to channel ${quote(shown)}`;
  return runSteps(device, 'switch-snap', `Switch ${quote(name)} snap${to}`, name, steps, { plan });
}

const cohortText = (action: SnapAction): string =>
  action.leaveCohort ? ' away from cohort' : ` to cohort ${quote(action.cohort ?? '')}`;

function runSteps(
  device: Device,
  kind: string,
  summary: string,
  name: string,
  steps: readonly Step[],
  setup?: unknown,
): Change {
  const change = device.changes.spawn({ kind, summary, snapNames: [name] });
  addChain(device, change, steps, { lane: device.changes.newLane(), snap: name, setup });
  return change;
}

function installedOrError(device: Device, name: string): InstalledSnap {
  const installed = device.snaps.get(name);
  // §10.13
  if (!installed) throw badRequest(`snap ${quote(name)} is not installed`, 'snap-not-installed', name);
  return installed;
}

/** @throws Refusal, without kind: refresh and hold answer so (§8.1) */
export function installedOrRefusal(device: Device, name: string): InstalledSnap {
  const installed = device.snaps.get(name);
  if (!installed) throw new Refusal(`snap ${quote(name)} is not installed`);
  return installed;
}

const fromChannel = ({ channel }: SnapAction): string =>
  channel === undefined || channel === 'stable' ? '' : ` from ${quote(channel)} channel`;
