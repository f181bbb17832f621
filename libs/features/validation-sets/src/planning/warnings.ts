import type { PlanNote } from '@corefleet/features/rollouts';
import { isOlder } from '@corefleet/operations';
import type { Action } from '@corefleet/validation-set-rules';
import { componentsThat, snapsThat } from './changes-of';
import type { KnownDevice, SystemNow } from './device-now';
import { note } from './note';
import { isOfStore } from './rollback';
import type { SetsAtHand } from './sets-at-hand';
import type { SetWish } from './set-wish';

/*
 * What a person should know of a device that will be changed.
 *
 * | cause             | what it means                                                                               |
 * | ----------------- | ------------------------------------------------------------------------------------------- |
 * | refresh-timer     | until its turn in the rollout, snapd may by itself refresh snaps that no pinned set holds   |
 * | refresh-held      | it does so only when the hold ends                                                          |
 * | snap-held         | a snap that changes is held; snapd does not heed that here                                  |
 * | unpinned-sets     | other sets that follow their newest sequence by themselves                                  |
 * | follows-latest    | this one would do so, too                                                                   |
 * | pins-may-drop     | a snapd that has been seen to unpin the other sets: verification will fail                  |
 * | components-maybe  | the set is about components, and this snapd does not look at them when it installs some     |
 * | pin-on-rollback   | it follows the newest now; on the way back it is pinned where it was                        |
 * | invalid-before    | it is enforced and not valid now: that is no state to come back to, and cannot be verified  |
 * | stops-enforcing   | the set is enforced now, and will not be                                                    |
 * | removal           | a snap goes; agents refuse operations that destroy, unless their device allows them         |
 * | rollback-removes  | a snap comes, and goes on the way back: the same policy decides                             |
 * | data-lost         | ... and nothing keeps its data                                                              |
 * | no-way-back       | ... and it cannot be had again: it was sideloaded, or is a component that moves alone       |
 * | restart           | kernel, base, gadget or snapd change: the device restarts                                   |
 * | parallel-instance | snapd may take an instance for the snap that the set means                                  |
 * | experimental      | a feature that moves snaps or systems by itself                                             |
 */

/** Everything to be known of a device that the wish changes. */
export function warningsFor(
  device: KnownDevice,
  wish: SetWish,
  actions: readonly Action[],
  at: SetsAtHand,
): PlanNote[] {
  return [
    ...(device.system ? systemWarnings(device.system, movedBySnapd(device, at)) : []),
    ...otherSetsWarnings(device, wish),
    ...ownSetWarnings(device, wish),
    ...removalWarnings(device, wish, actions),
    ...snapWarnings(device, wish, actions),
  ];
}

/** How many snaps a refresh of all might move: those from the store that are not held, nor pinned by a pinned set. */
function movedBySnapd({ snaps, sets }: KnownDevice, at: SetsAtHand): number {
  const pinning = sets.filter(({ mode, pinnedAt }) => mode === 'enforce' && pinnedAt !== undefined);
  const inForce = pinning.flatMap(({ key, sequence }) => at.find(key, sequence) ?? []);
  const pinned = new Set(inForce.flatMap((set) => set.snaps.flatMap(({ name, revision }) => (revision ? [name] : []))));
  return snaps.filter((snap) => isOfStore(snap) && snap.hold === undefined && !pinned.has(snap.name)).length;
}

/** Features that move snaps or systems past any plan. */
const EXPERIMENTAL = ['seed-refresh', 'gate-auto-refresh-hook', 'remote-device-management'];

function systemWarnings({ refreshTimer, refreshHold, features }: SystemNow, moved: number): PlanNote[] {
  const held = refreshHold === undefined ? undefined : untilText(refreshHold);
  const timer = refreshTimer ?? "snapd's own";
  const experimental = EXPERIMENTAL.filter((feature) => features.includes(feature));
  const snaps = `${moved} ${moved === 1 ? 'snap' : 'snaps'} that no pinned set holds`;
  const refreshes = held
    ? note('refresh-held', `snapd refreshes no snap by itself ${held}`)
    : note('refresh-timer', `${snaps} may be refreshed by snapd before the device has its turn (timer: ${timer})`);
  return [
    ...(moved > 0 ? [refreshes] : []),
    ...experimental.map((feature) => note('experimental', `experimental feature "${feature}" is on`)),
  ];
}

function otherSetsWarnings({ sets, system }: KnownDevice, wish: SetWish): PlanNote[] {
  const others = sets.filter(({ key }) => key !== wish.key);
  const unpinned = others.filter(({ mode, pinnedAt }) => mode === 'enforce' && pinnedAt === undefined);
  // snapd NEWS 2.64: "Fix not re-pinning validation sets that were already pinned when enforcing new validation sets".
  const dropsPins = wish.mode === 'enforce' && system !== null && isOlder(system.snapdVersion, '2.64');
  const mayDrop = dropsPins && others.some(({ pinnedAt }) => pinnedAt !== undefined);
  return [
    ...unpinned.map(({ key }) =>
      note('unpinned-sets', `validation set ${key} is not pinned: it moves to its newest sequence at refreshes`),
    ),
    ...(mayDrop
      ? [note('pins-may-drop', `snapd ${system.snapdVersion} may unpin the other sets, which fails verification`)]
      : []),
  ];
}

function ownSetWarnings({ sets, system }: KnownDevice, { key, mode, set, followLatest }: SetWish): PlanNote[] {
  const before = sets.find((one) => one.key === key && one.mode === 'enforce');
  const version = system?.snapdVersion;
  // snapd NEWS 2.75: "Components: enforce validation sets when installing components".
  const isBlind = mode === 'enforce' && version !== undefined && isOlder(version, '2.75');
  const notes: [boolean, PlanNote][] = [
    [
      isBlind && set?.snaps.some(({ components }) => components) === true,
      note('components-maybe', `snapd ${version} may not keep to what the set says of components`),
    ],
    [followLatest, note('follows-latest', `validation set ${key} moves by itself at refreshes then, past all waves`)],
    [
      before !== undefined && mode !== 'enforce',
      note('stops-enforcing', `validation set ${key} is enforced now, and is not any more after this`),
    ],
    [
      before?.valid === false,
      note('invalid-before', `validation set ${key} is not valid now: taking this back cannot be verified`),
    ],
    [
      before !== undefined && before.pinnedAt === undefined,
      note('pin-on-rollback', `taken back, validation set ${key} is pinned where it was, and was not before`),
    ],
  ];
  return notes.flatMap(([holds, one]) => (holds ? [one] : []));
}

function removalWarnings({ snaps }: KnownDevice, { saveSnapshots }: SetWish, actions: readonly Action[]): PlanNote[] {
  const arriving = snapsThat('install', actions).map((name) =>
    note(
      'rollback-removes',
      `taken back, snap "${name}" is removed, which takes a local policy that allows destruction`,
    ),
  );
  const removed = snapsThat('remove', actions).flatMap((name) => {
    const snap = snaps.find((one) => one.name === name);
    return [
      note('removal', `snap "${name}" is removed, which a device does only where its local policy allows destruction`),
      ...(saveSnapshots ? [] : [note('data-lost', `the data of snap "${name}" is lost: no snapshot of it is saved`)]),
      ...(snap && isOfStore(snap)
        ? []
        : [note('no-way-back', `snap "${name}" was sideloaded: it cannot be brought back`)]),
    ];
  });
  return [...arriving, ...removed];
}

const RESTARTING = ['kernel', 'gadget', 'snapd', 'os'];

function snapWarnings({ snaps, model }: KnownDevice, { set }: SetWish, actions: readonly Action[]): PlanNote[] {
  const refreshed = new Set(snapsThat('refresh', actions));
  const changing = snaps.filter(({ name }) => refreshed.has(name));
  const asked = new Set(set?.snaps.map(({ name }) => name));
  const instances = snaps.filter(({ name }) => name.includes('_') && asked.has(name.replace(/_.*/, '')));
  const isBoot = ({ name, type }: (typeof snaps)[number]): boolean =>
    RESTARTING.includes(type) || (type === 'base' && model?.requiredSnaps.includes(name) === true);
  const loneParts = [...componentsThat('refresh', actions).keys()].filter((name) => !refreshed.has(name));
  return [
    ...changing.filter(isBoot).map(({ name }) => note('restart', `the device restarts for snap "${name}"`)),
    ...changing
      .filter(({ hold }) => hold !== undefined)
      .map(({ name }) =>
        note('snap-held', `snap "${name}" is held, and refreshed all the same: snapd heeds no hold here`),
      ),
    ...loneParts.map((name) =>
      note('no-way-back', `components of snap "${name}" change by themselves, and cannot be taken back by themselves`),
    ),
    ...instances.map(({ name }) =>
      note('parallel-instance', `snapd may take instance "${name}" for the snap that the set means`),
    ),
  ];
}

const FAR = Date.UTC(2200, 0);

/** `until 2026-12-01`, or undefined when that is no time. */
function untilText(hold: string): string | undefined {
  if (hold === 'forever') return 'until the hold is lifted';
  const time = Date.parse(hold);
  if (Number.isNaN(time)) return undefined;
  return time > FAR ? 'until the hold is lifted' : `until ${new Date(time).toISOString().slice(0, 10)}`;
}
