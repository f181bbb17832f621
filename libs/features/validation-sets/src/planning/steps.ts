import type { RolloutStep } from '@corefleet/contracts/http';
import type { Action } from '@corefleet/validation-set-rules';
import { componentsThat, snapsThat } from './changes-of';
import type { KnownDevice, TrackedSet } from './device-now';
import { referenceOf, type SetWish } from './set-wish';

const step = (operation: string, parameters: Record<string, unknown>): RolloutStep => ({ operation, parameters });

const setStep = (operation: string, reference: string): RolloutStep => step(operation, { 'validation-set': reference });

/** Enforces it and makes the snaps fit; snapd does nothing to those that do. */
export const enforceStep = (reference: string): RolloutStep =>
  step('enforce-validation-set', { 'validation-set': reference, refresh: true });

/** Tracks a set as the device did, without holding the device to it. */
export const monitorStep = ({ key, pinnedAt }: Pick<TrackedSet, 'key' | 'pinnedAt'>): RolloutStep =>
  setStep('monitor-validation-set', referenceOf(key, pinnedAt));

export const forgetStep = (key: string): RolloutStep => setStep('forget-validation-set', key);

/**
 * What is done on the device, in this order: data saved, the old sequence let go of (snapd removes no snap that an enforced
 * set requires), removals, and last the set with all that it installs and refreshes.
 */
export function stepsFor(device: KnownDevice, wish: SetWish, actions: readonly Action[]): RolloutStep[] {
  const pin = wish.followLatest ? undefined : wish.set?.sequence;
  if (wish.mode === 'forget') return [forgetStep(wish.key)];
  if (wish.mode === 'monitor') return [monitorStep({ key: wish.key, pinnedAt: pin })];
  return [...removalSteps(device, wish, actions), enforceStep(referenceOf(wish.key, pin))];
}

function removalSteps({ sets }: KnownDevice, wish: SetWish, actions: readonly Action[]): RolloutStep[] {
  const snaps = snapsThat('remove', actions);
  const components = componentsThat('remove', actions);
  if (snaps.length + components.size === 0) return [];
  const before = sets.find(({ key, mode }) => key === wish.key && mode === 'enforce');
  return [
    ...(wish.saveSnapshots && snaps.length > 0 ? [step('save-snapshot', { snaps })] : []),
    ...(before ? [monitorStep(before)] : []),
    ...(snaps.length > 0 ? [step('remove', { snaps })] : []),
    ...[...components].map(([snap, parts]) => step('remove-components', { snap, components: parts })),
  ];
}
