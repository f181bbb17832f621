import type { RolloutStep } from '@corefleet/contracts/http';
import type { PlanNote } from '@corefleet/features/rollouts';
import { findOperation, isOlder } from '@corefleet/operations';
import { conflictLine, type Action } from '@corefleet/validation-set-rules';
import { componentsThat, snapsThat, type Changes } from './changes-of';
import type { DeviceNow, KnownDevice } from './device-now';
import { diskNeeded } from './disk-needed';
import { note } from './note';
import type { SetWish } from './set-wish';

/*
 * Why a device is left out. A hold is no reason: snapd heeds holds only where it refreshes all snaps, by itself or on
 * request, and a refresh to sets names its snaps (snapd overlord/snapstate/target.go, filterHeldSnaps).
 *
 * | cause              | when                                                                                |
 * | ------------------ | ----------------------------------------------------------------------------------- |
 * | not-enrolled       | it has no active enrolment                                                          |
 * | inventory-unknown  | it has not said yet which snaps and sets it has                                     |
 * | inventory-stale    | it was last heard from too long ago for a plan                                      |
 * | snapd-unreachable  | its agent cannot reach snapd, or hears no sense from it                             |
 * | snapd-too-old      | an operation of the plan needs a newer one                                          |
 * | pinned-by-model    | its model allows another sequence only                                              |
 * | enforced-by-model  | its model enforces the set, which is to be forgotten                                |
 * | set-unknown        | it enforces a set that is not imported: what is in conflict nobody can say          |
 * | conflict           | the set and others that it enforces contradict each other                           |
 * | ignores-sets       | a snap is not as the set wants it, and held to no set: it would be enforced, never valid |
 * | needs-removal      | a snap or component would have to go, and there is no consent to that               |
 * | not-removable      | ... and it cannot: the model requires it, another snap runs on it, it is the agent  |
 * | low-disk           | what would be downloaded does not fit                                               |
 */

/** A device that has not been heard from for so long is not what it said it was, milliseconds. */
export const STALE_AFTER_MS = 30 * 24 * 3_600_000;

/** The snap of our agent: without it nobody would put anything right. */
const AGENT_SNAP = 'corefleet-agent';

/** What of the device itself is in the way, whatever the wish is; the first reason makes the others idle. */
export function blockersOfDevice(device: DeviceNow, now: Date): PlanNote[] {
  if (!device.enrolled) return [note('not-enrolled', 'the device is not enrolled')];
  if (!isKnown(device)) return [note('inventory-unknown', 'the device has not said yet which snaps and sets it has')];
  const { lastSeenAt, snapdState } = device;
  if (lastSeenAt !== null && now.getTime() - lastSeenAt.getTime() > STALE_AFTER_MS) {
    const day = lastSeenAt.toISOString().slice(0, 10);
    return [note('inventory-stale', `what the device has is not known since ${day}: it was last heard from then`)];
  }
  if (snapdState !== null && snapdState !== 'reachable') {
    return [note('snapd-unreachable', 'the agent of the device cannot talk to snapd')];
  }
  return [];
}

/** Whether the device has said what a plan needs. */
export const isKnown = (device: DeviceNow): device is KnownDevice => device.snaps !== null && device.sets !== null;

/** What is in the way of the wish on this device. */
export function blockersOfWish(device: KnownDevice, wish: SetWish, changes: Changes): PlanNote[] {
  const ofModel = modelBlockers(device, wish);
  if (ofModel.length > 0) return ofModel;
  switch (changes.kind) {
    case 'unknown':
      return changes.references.map((reference) =>
        note('set-unknown', `validation set ${reference} is enforced and not imported: what it asks for is not known`),
      );
    case 'conflict':
      return changes.conflicts.map((conflict) => note('conflict', conflictLine(conflict)));
    case 'possible':
      return [
        ...changes.ignored.map((snap) =>
          note(
            'ignores-sets',
            `snap "${snap}" is held to no validation set (ignore-validation), and not as this one wants it`,
          ),
        ),
        ...removalBlockers(device, wish, changes.actions),
        ...diskBlockers(device, changes.actions),
      ];
  }
}

function modelBlockers({ model }: KnownDevice, { key, mode, set }: SetWish): PlanNote[] {
  const asked = model?.sets.find((one) => one.key === key);
  if (!asked) return [];
  if (mode === 'forget') {
    if (asked.mode !== 'enforce') return [];
    return [note('enforced-by-model', `the model enforces validation set ${key}: it cannot be forgotten`)];
  }
  if (asked.sequence === undefined || asked.sequence === set?.sequence) return [];
  return [note('pinned-by-model', `the model allows only sequence ${asked.sequence} of validation set ${key}`)];
}

function removalBlockers(device: KnownDevice, wish: SetWish, actions: readonly Action[]): PlanNote[] {
  const snaps = snapsThat('remove', actions);
  const components = [...componentsThat('remove', actions)].flatMap(([snap, parts]) =>
    parts.map((p) => `${snap}+${p}`),
  );
  const stuck = snaps.flatMap((snap) => stuckBecause(device, snap, snaps) ?? []);
  if (stuck.length > 0 || wish.allowRemovals) return stuck;
  return [
    ...snaps.map((snap) => note('needs-removal', `snap "${snap}" would have to be removed, without consent to that`)),
    ...components.map((part) =>
      note('needs-removal', `component "${part}" would have to be removed, without consent to that`),
    ),
  ];
}

/** Why a snap cannot be removed (snapd overlord/snapstate/policy); undefined when it can. */
function stuckBecause({ snaps, model }: KnownDevice, name: string, removed: readonly string[]): PlanNote | undefined {
  const because = (why: string): PlanNote =>
    note('not-removable', `snap "${name}" would have to be removed, but ${why}`);
  if (name === AGENT_SNAP) return because('it is the agent');
  const { type } = snaps.find((snap) => snap.name === name) ?? {};
  if (model?.requiredSnaps.includes(name) || type === 'snapd') return because('the model requires it');
  const user = snaps.find(({ name: other, base }) => base === name && !removed.includes(other));
  return user && because(`snap "${user.name}" runs on it`);
}

function diskBlockers({ snaps, freeBytes }: KnownDevice, actions: readonly Action[]): PlanNote[] {
  const needed = diskNeeded(snaps, actions);
  if (freeBytes === null || freeBytes >= needed) return [];
  return [note('low-disk', 'what would be downloaded does not fit on the disk of the device')];
}

/** snapd NEWS 2.57: refreshes with sets to enforce, over the API. Enforcing alone is older, and changes no snap. */
const REFRESHES_TO_SETS_SINCE = '2.57';

/** What of the plan this snapd is too old for. */
export function versionBlockers({ system }: DeviceNow, steps: readonly RolloutStep[]): PlanNote[] {
  const version = system?.snapdVersion;
  if (version === undefined) return [];
  return steps.flatMap(({ operation, parameters }) => {
    const since = parameters['refresh'] === true ? REFRESHES_TO_SETS_SINCE : findOperation(operation)?.since;
    if (since === undefined || !isOlder(version, since)) return [];
    return [note('snapd-too-old', `cannot ${operation} with snapd ${version}: it takes snapd ${since} or newer`)];
  });
}
