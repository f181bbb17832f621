import type { Change } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { accepted, ApiError, badRequest, sync, type Reply } from '../http/envelope';
import { stringField, type JsonObject } from '../http/request';
import { systemDetailsJson } from './system-json';
import type { RecoverySystem } from './systems';

/** What an action on a system gets: its label as the route names it, and the request's body. */
export type SystemAction = (device: Device, label: string, body: JsonObject) => Reply;

/** Actions of installers and of encrypted disks (§5.3); simulated devices have neither, and say so as snapd does. */
export const INSTALLER_ACTIONS: Readonly<Record<string, SystemAction>> = {
  install,
  'check-passphrase': checkQuality('passphrase'),
  'check-passphrase-quality': checkQuality('passphrase'),
  'check-pin': checkQuality('PIN'),
  'check-pin-quality': checkQuality('PIN'),
  'fix-encryption-support': (device, label) => sync(systemDetailsJson(device, known(device, needLabel(label)))),
  reprovision: (device, label) => accepted(reprovision(device, label).id),
  'generate-recovery-key': (_device, label) => {
    checkNoLabel(label);
    return sync({ 'recovery-key': 'not-implemented' });
  },
};

/** Actions that snapd has had since 2.70 only. */
export const NEWER_ACTIONS: ReadonlySet<string> = new Set([
  'check-passphrase',
  'check-passphrase-quality',
  'check-pin',
  'check-pin-quality',
  'fix-encryption-support',
  'reprovision',
  'generate-recovery-key',
]);

const STEPS: ReadonlySet<string> = new Set(['setup-storage-encryption', 'generate-recovery-key', 'finish', 'preseed']);

function install(device: Device, label: string, body: JsonObject): Reply {
  needLabel(label);
  const step = stringField(body, 'step');
  if (!STEPS.has(step)) throw badRequest(`unsupported install step ${quote(step)}`);
  const volumes = body['on-volumes'];
  if (volumes === undefined && step !== 'generate-recovery-key') {
    const what = step === 'finish' ? 'finish install' : `${step.replace('-', ' ')} for install`;
    throw badRequest(`cannot ${what} for ${quote(label)}: cannot finish install without volumes data`);
  }
  known(device, label);
  throw badRequest(`cannot finish install for ${quote(label)}: the system is installed already`);
}

function checkQuality(what: string): SystemAction {
  return (device, label) => {
    known(device, needLabel(label));
    throw badRequest(`target system does not support ${what} authentication`, 'unsupported');
  };
}

function reprovision(device: Device, label: string): Change {
  checkNoLabel(label);
  const summary = 'Reprovision security device and encrypted disks';
  const change = device.changes.spawn({ kind: 'fde-reprovision', summary });
  device.changes.addTask(change, { kind: 'fde-reprovision', summary });
  return change;
}

/** fde-reprovision: there is no encrypted disk to find. */
export const reprovisionHandler: TaskHandler<Device> = {
  do() {
    throw new Error('cannot find UUID for mount /run/mnt/data: cannot find mountpoint "/run/mnt/data"');
  },
};

function known(device: Device, label: string): RecoverySystem {
  const system = device.systems.get(label);
  if (!system) throw new ApiError(500, `cannot load assertions for label ${quote(label)}: no seed assertions`);
  return system;
}

/** @throws ApiError 400 when the route has no label */
export function needLabel(label: string): string {
  if (label === '') throw badRequest('system action requires the system label to be provided');
  return label;
}

function checkNoLabel(label: string): void {
  if (label !== '') throw badRequest('label should not be provided in route for this action');
}
