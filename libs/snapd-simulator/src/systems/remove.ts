import type { Change } from '../changes/change';
import { exclusiveConflict } from '../changes/conflict';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { ApiError, notFound } from '../http/envelope';

/** POST /v2/systems/{label} {"action":"remove"}: what may not go is refused by the task (§5.6, §10.35). */
export function removeSystem(device: Device, label: string): Change {
  if (!device.systems.get(label)) throw notFound(`${quote(label)} not found: recovery system does not exist`);
  const conflict = exclusiveConflict(device.changes, 'remove-recovery-system');
  if (conflict !== undefined) throw new ApiError(500, `cannot remove recovery system ${quote(label)}: ${conflict}`);
  const summary = `Remove recovery system with label ${quote(label)}`;
  const change = device.changes.spawn({ kind: 'remove-recovery-system', summary });
  const lane = device.changes.newLane();
  device.changes.addTask(change, { kind: 'remove-recovery-system', summary, lane, setup: label });
  return change;
}

/** The task of a removal. */
export const removeHandler: TaskHandler<Device> = {
  do(device, task) {
    const label = task.setup as string;
    const { systems } = device;
    if (label === systems.current) throw new Error(`cannot remove current recovery system: ${quote(label)}`);
    if (label === systems.defaultLabel) throw new Error(`cannot remove default recovery system: ${quote(label)}`);
    if (systems.list().length === 1) throw new Error(`cannot remove last recovery system: ${quote(label)}`);
    systems.remove(label);
    return 'done';
  },
};
