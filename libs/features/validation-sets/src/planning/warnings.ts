import type { PlanNote } from '@corefleet/features/rollouts';
import { isOlder } from '@corefleet/operations';
import type { Action } from '@corefleet/validation-set-rules';
import { componentsThat, snapsThat } from './changes-of';
import type { KnownDevice, SystemNow } from './device-now';
import { isOfStore } from './rollback';
import type { SetWish } from './set-wish';

/*
 * What a person should know of a device that will be changed.
 *
 * | cause             | what it means                                                                             |
 * | ----------------- | ----------------------------------------------------------------------------------------- |
 * | refresh-timer     | until its turn in the rollout, snapd may refresh snaps by itself                          |
 * | refresh-held      | it does so only when the hold ends                                                        |
 * | snap-held         | a snap that changes is held; snapd does not heed that here                                |
 * | unpinned-sets     | other sets that follow their newest sequence by themselves                                |
 * | follows-latest    | this one would do so, too                                                                 |
 * | pins-may-drop     | a snapd that has been seen to unpin the other sets: verification will fail                |
 * | components-maybe  | the set is about components, and this snapd does not look at them when it installs some     |
 * | pin-on-rollback   | it follows the newest now; on the way back it is pinned where it was                      |
 * | invalid-before    | it is enforced and not valid now: that is no state to come back to, and cannot be verified  |
 * | stops-enforcing   | the set is enforced now, and will not be                                                  |
 * | removal           | a snap goes; agents refuse operations that destroy, unless their device allows them       |
 * | rollback-removes  | a snap comes, and goes on the way back: the same policy decides                            |
 * | data-lost         | ... and nothing keeps its data                                                            |
 * | no-way-back       | ... and it cannot be had again: it was sideloaded, or is a component that moves alone     |
 * | restart           | kernel, base, gadget or snapd change: the device restarts                                 |
 * | parallel-instance | snapd may take an instance for the snap that the set means                                |
 * | experimental      | a feature that moves snaps or systems by itself                                           |
 */

const note = (cause: string, message: string): PlanNote => ({ cause, message });

/** Everything to be known of a device that the wish changes. */
export function warningsFor(device: KnownDevice, wish: SetWish, actions: readonly Action[]): PlanNote[] {
  const ofSystem = device.system ? systemWarnings(device.system) : [];
  return [
    ...ofSystem,
    ...setWarnings(device, wish),
    ...removalWarnings(device, wish, actions),
    ...snapWarnings(device, wish, actions),
  ];
}

/** Features that move snaps or systems past any plan. */
const EXPERIMENTAL = ['seed-refresh', 'gate-auto-refresh-hook', 'remote-device-management'];

function systemWarnings({ refreshTimer, refreshHold, features }: SystemNow): PlanNote[] {
  const until = refreshHold === undefined ? undefined : untilText(refreshHold);
  const timer = refreshTimer ?? "snapd's own";
  return [
    until === undefined
      ? note(
          'refresh-timer',
          `snapd refreshes snaps by itself before the device has its turn (refresh timer: ${timer})`,
        )
      : note('refresh-held', `snapd refreshes no snap by itself ${until}`),
    ...EXPERIMENTAL.filter((feature) => features.includes(feature)).map((feature) =>
      note('experimental', `experimental feature "${feature}" is on`),
    ),
  ];
}

function setWarnings({ sets, system }: KnownDevice, wish: SetWish): PlanNote[] {
  const others = sets.filter(({ key }) => key !== wish.key);
  const before = sets.find(({ key }) => key === wish.key);
  const unpinned = others.filter(({ mode, pinnedAt }) => mode === 'enforce' && pinnedAt === undefined);
  const mayUnpin = wish.mode === 'enforce' && others.some(({ pinnedAt }) => pinnedAt !== undefined);
  const notes = unpinned.map(({ key }) =>
    note('unpinned-sets', `validation set ${key} is not pinned: it moves to its newest sequence at refreshes`),
  );
  // snapd NEWS 2.64: "Fix not re-pinning validation sets that were already pinned when enforcing new validation sets".
  if (mayUnpin && system && isOlder(system.snapdVersion, '2.64'))
    notes.push(
      note('pins-may-drop', `snapd ${system.snapdVersion} may unpin the other sets, which fails verification`),
    );
  const hasComponents = wish.set?.snaps.some(({ components }) => components !== undefined) === true;
  // snapd NEWS 2.75: "Components: enforce validation sets when installing components".
  if (wish.mode === 'enforce' && hasComponents && system && isOlder(system.snapdVersion, '2.75'))
    notes.push(
      note('components-maybe', `snapd ${system.snapdVersion} may not keep to what the set says of components`),
    );
  if (wish.followLatest)
    notes.push(
      note('follows-latest', `validation set ${wish.key} moves by itself at refreshes from now on, past all waves`),
    );
  if (before?.mode === 'enforce' && wish.mode !== 'enforce')
    notes.push(note('stops-enforcing', `validation set ${wish.key} is enforced now, and is not any more after this`));
  if (before?.mode === 'enforce' && !before.valid)
    notes.push(
      note('invalid-before', `validation set ${wish.key} is not valid now: taking this back cannot be verified`),
    );
  if (before?.mode === 'enforce' && before.pinnedAt === undefined)
    notes.push(
      note('pin-on-rollback', `taken back, validation set ${wish.key} is pinned where it was, and was not before`),
    );
  return notes;
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
