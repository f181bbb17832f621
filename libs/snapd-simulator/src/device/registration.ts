import type { TaskHandler } from '../changes/runner';
import { storeError } from '../store/store-errors';
import type { Device } from './device';

/** snapd tries again every so often while there is no serial (§1.5, §3.5). */
const RETRY_MS = 300_000;

/** Starts the change that gets the device its serial; the next one follows when it fails. */
export function register(device: Device): void {
  if (device.changes.unready().some((change) => change.kind === 'become-operational')) return;
  const change = device.changes.spawn({ kind: 'become-operational', summary: 'Initialize device' });
  const key = device.changes.addTask(change, { kind: 'generate-device-key', summary: 'Generate device key' });
  device.changes.addTask(change, { kind: 'request-serial', summary: 'Request device serial', waits: [key] });
  device.runner.ensure();
}

/** request-serial: what the serial authority answers is given with the device, for whatever model it asks for. */
export const requestSerial: TaskHandler<Device> = {
  do(device, _task, change) {
    const { serial } = device.options;
    if (serial !== undefined && !device.store.unreachable) {
      // A remodel takes its new serial with the new model.
      if (change.kind === 'become-operational') device.serial = serial;
      return 'done';
    }
    if (change.kind !== 'become-operational') throw new Error(refused(device));
    device.clock.setTimer(RETRY_MS, () => device.serial === undefined && register(device));
    throw new Error(refused(device));
  },
};

function refused(device: Device): string {
  const why = device.store.unreachable
    ? storeError(device, 'Post', 'identity/api/v1/devices')
    : 'unexpected status 404';
  return `cannot retrieve request-id for making a request for a serial: ${why}`;
}
