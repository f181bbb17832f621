import type { DevicePlan, PlanNote } from '@corefleet/features/rollouts';
import { blockersOfDevice, blockersOfWish, isKnown, versionBlockers } from './blockers';
import { changesOf, isAsWished, type Changes } from './changes-of';
import type { DeviceNow, KnownDevice } from './device-now';
import { rollbackOf } from './rollback';
import type { SetWish } from './set-wish';
import type { SetsAtHand } from './sets-at-hand';
import { stepsFor } from './steps';
import { warningsFor } from './warnings';

/**
 * What becomes of the device by the wish, from what it last said of itself. Pure: the same answer whenever it is asked.
 * @param at every set that the device enforces, as far as it is imported
 */
export function planSet(device: DeviceNow, wish: SetWish, at: SetsAtHand, now: Date): DevicePlan {
  const { deviceId } = device;
  const ofDevice = blockersOfDevice(device, now);
  if (ofDevice.length > 0 || !isKnown(device)) return blocked(deviceId, ofDevice);
  const changes = changesFor(device, wish, at);
  const actions = changes.kind === 'possible' ? changes.actions : [];
  if (changes.kind === 'possible' && isAsWished(device, wish, actions)) return nothingToDo(deviceId);
  const steps = stepsFor(device, wish, actions);
  const blockers = [...blockersOfWish(device, wish, changes), ...versionBlockers(device, steps)];
  if (blockers.length > 0) return blocked(deviceId, blockers, actions);
  return {
    ...{ deviceId, verdict: 'change', actions, steps, blockers: [] },
    warnings: warningsFor(device, wish, actions, at),
    rollback: rollbackOf(device, wish, actions, at),
  };
}

/** Monitoring and forgetting change no snap. */
function changesFor(device: KnownDevice, { mode, set }: SetWish, at: SetsAtHand): Changes {
  return mode === 'enforce' && set ? changesOf(device, set, at) : { kind: 'possible', actions: [], ignored: [] };
}

const blocked = (deviceId: string, blockers: readonly PlanNote[], actions: DevicePlan['actions'] = []): DevicePlan => ({
  ...{ deviceId, verdict: 'blocked', actions, blockers },
  ...{ warnings: [], steps: [], rollback: [] },
});

const nothingToDo = (deviceId: string): DevicePlan => ({
  ...{ deviceId, verdict: 'nothing' },
  ...{ actions: [], blockers: [], warnings: [], steps: [], rollback: [] },
});
