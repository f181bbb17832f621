import type { RolloutStep } from '@corefleet/contracts/http';
import type { Action, ValidationSet } from '@corefleet/validation-set-rules';
import { componentsThat, snapsThat } from './changes-of';
import type { KnownDevice, SnapNow, TrackedSet } from './device-now';
import type { SetsAtHand } from './sets-at-hand';
import { referenceOf, type SetWish } from './set-wish';
import { enforceStep, forgetStep, monitorStep } from './steps';

/**
 * Back to what the device has now, in this order: the set let go of, what came removed, what went installed again, the
 * sequence that was enforced before (snapd refreshes to what that pins), the other snaps at the revisions they had,
 * components that went, and the saved data. A step may find its work done already: a target that failed half-way is taken back too.
 */
export function rollbackOf(
  device: KnownDevice,
  wish: SetWish,
  actions: readonly Action[],
  at: SetsAtHand,
): RolloutStep[] {
  const before = device.sets.find(({ key }) => key === wish.key);
  const enforced = before?.mode === 'enforce' ? before : undefined;
  const moves = [...takingAway(actions), ...returning(device, actions).map(installation)];
  return [
    ...lettingGo(wish, before, moves.length > 0),
    ...moves,
    // A pin it had not: unpinned, it would follow the newest again, away from where it was.
    ...(enforced ? [enforceStep(referenceOf(enforced.key, enforced.sequence))] : []),
    ...reverting(actions, enforced && at.find(enforced.key, enforced.sequence)),
    ...componentsBack(actions),
    ...restoring(device, wish, actions),
  ];
}

function lettingGo(wish: SetWish, before: TrackedSet | undefined, snapsMove: boolean): RolloutStep[] {
  if (!before) return [forgetStep(wish.key)];
  if (before.mode === 'monitor') return [monitorStep(before)];
  return snapsMove ? [monitorStep({ key: before.key, pinnedAt: before.sequence })] : [];
}

function takingAway(actions: readonly Action[]): RolloutStep[] {
  const snaps = snapsThat('install', actions);
  const parts = [...componentsThat('install', actions)].filter(([snap]) => !snaps.includes(snap));
  return [
    ...(snaps.length > 0 ? [{ operation: 'remove', parameters: { snaps } }] : []),
    ...parts.map(([snap, components]) => ({ operation: 'remove-components', parameters: { snap, components } })),
  ];
}

/** Of snaps that stay; each revision of a snap has components of its own, so they come once the revision has. */
const componentsBack = (actions: readonly Action[]): RolloutStep[] =>
  [...componentsThat('remove', actions)].map(([snap, components]) => ({
    operation: 'install',
    parameters: { snaps: [snap], components: { [snap]: components } },
  }));

/** Snaps that go, and can be had again. */
function returning({ snaps }: KnownDevice, actions: readonly Action[]): SnapNow[] {
  const gone = snapsThat('remove', actions);
  return snaps.filter((snap) => gone.includes(snap.name) && isOfStore(snap));
}

function restoring(device: KnownDevice, { saveSnapshots }: SetWish, actions: readonly Action[]): RolloutStep[] {
  const snaps = returning(device, actions).map(({ name }) => name);
  return saveSnapshots && snaps.length > 0 ? [{ operation: 'restore-snapshot', parameters: { snaps } }] : [];
}

function installation({ name, revision, channel, components = {} }: SnapNow): RolloutStep {
  const parts = Object.keys(components);
  const parameters = {
    snaps: [name],
    revision,
    ...(channel !== '' && { channel }),
    ...(parts.length > 0 && { components: { [name]: parts } }),
  };
  return { operation: 'install', parameters };
}

/** A sideloaded revision is nowhere to be had again. */
export const isOfStore = ({ revision }: Pick<SnapNow, 'revision'>): boolean => /^\d+$/.test(revision);

/** What the sequence that comes back pins, snapd moves by itself. */
function reverting(actions: readonly Action[], before: ValidationSet | undefined): RolloutStep[] {
  return actions.flatMap((action) => {
    if (action.kind !== 'refresh' || action.component !== undefined) return [];
    const { snap, from } = action;
    if (before?.snaps.some(({ name, revision }) => name === snap && revision !== undefined)) return [];
    return [{ operation: 'revert', parameters: { snap, revision: from } }];
  });
}
