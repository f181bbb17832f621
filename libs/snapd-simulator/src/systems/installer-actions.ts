import type { Change } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { accepted, ApiError, badRequest, sync, type Reply } from '../http/envelope';
import { stringField, type JsonObject } from '../http/request';
import { isBefore } from '../device/version';
import { systemDetailsJson } from './system-json';
import type { RecoverySystem } from './systems';

/** What an action on a system gets: its label as the route names it, and the request's body. */
export type SystemAction = (device: Device, label: string, body: JsonObject) => Reply;

/** Actions of installers and of encrypted disks (§5.3); simulated devices have neither, and say so as snapd does. */
export const INSTALLER_ACTIONS: Readonly<Record<string, SystemAction>> = {
  install,
  'check-passphrase': checkPassphrase,
  'check-passphrase-quality': checkPassphrase,
  'check-pin': checkPin,
  'check-pin-quality': checkPin,
  'fix-encryption-support': fixEncryptionSupport,
  reprovision: (device, label) => accepted(reprovision(device, label).id),
  'generate-recovery-key': (_device, label) => {
    checkNoLabel(label, 'generate-recovery-key');
    return sync({ 'recovery-key': 'not-implemented' });
  },
};

/** Actions that snapd has had since 2.70 only. */
export const NEWER_ACTIONS: ReadonlySet<string> = new Set([
  'check-passphrase-quality',
  'check-pin-quality',
  'fix-encryption-support',
  'reprovision',
  'generate-recovery-key',
]);

/** What is wrong with the request is told at once, what is wrong with the system by the step's change. */
function install(device: Device, label: string, body: JsonObject): Reply {
  const step = stringField(body, 'step');
  const hasVolumes = Object.keys((body['on-volumes'] as JsonObject | undefined) ?? {}).length > 0;
  const act = NEWER_STEPS.has(step) && isBefore(device, '2.70') ? undefined : INSTALL_STEPS[step];
  if (!act) throw badRequest(`unsupported install step ${quote(step)}`);
  return act(device, label, body, hasVolumes);
}

/** Steps that snapd has had since 2.70 only. */
const NEWER_STEPS: ReadonlySet<string> = new Set(['generate-recovery-key', 'preseed']);

type InstallStep = (device: Device, label: string, body: JsonObject, hasVolumes: boolean) => Reply;

const INSTALL_STEPS: Readonly<Record<string, InstallStep>> = {
  'setup-storage-encryption': (device, label, body, hasVolumes) => {
    if (body['volumes-auth'] !== undefined && body['keyboard-config'] === undefined) {
      throw badRequest('cannot use volumes authentication without a keyboard configuration');
    }
    const what = `cannot setup storage encryption for install from ${quote(label)}`;
    if (isBefore(device, '2.70'))
      return emptyLabelOr(what, label, hasVolumes, () => stepChange(device, 'setup', label));
    const unknown = `cannot determine if volume authentication is required for install from ${quote(label)}`;
    known(device, label, `${unknown}: `);
    return emptyLabelOr(what, label, hasVolumes, () => stepChange(device, 'setup', label));
  },
  'generate-recovery-key': (_device, label) => {
    const why = 'storage encryption setup step was not called';
    throw new ApiError(500, `cannot generate recovery key for ${quote(label)}: ${why}`);
  },
  finish: (device, label, _body, hasVolumes) =>
    emptyLabelOr(`cannot finish install for ${quote(label)}`, label, hasVolumes, () =>
      stepChange(device, 'finish', label),
    ),
  preseed: (_device, _label, body) => {
    if (body['target-root'] === undefined) {
      throw badRequest('cannot preseed installed system without its target root');
    }
    throw new ApiError(500, 'cannot preseed installed system: target root must be a directory');
  },
};

const STEPS = {
  finish: {
    kind: 'install-step-finish',
    task: 'install-finish',
    summary: (label: string) => `Finish setup of run system for ${quote(label)}`,
    verb: 'finish install',
  },
  setup: {
    kind: 'install-step-setup-storage-encryption',
    task: 'install-setup-storage-encryption',
    summary: (label: string) => `Setup storage encryption for installing system ${quote(label)}`,
    verb: 'setup storage encryption',
  },
} as const;

function emptyLabelOr(what: string, label: string, hasVolumes: boolean, start: () => Reply): Reply {
  const verb = what.includes('finish') ? STEPS.finish.verb : STEPS.setup.verb;
  if (label === '') throw badRequest(`${what}: cannot ${verb} with an empty system label`);
  if (!hasVolumes) throw badRequest(`${what}: cannot ${verb} without volumes data`);
  return start();
}

function stepChange(device: Device, step: keyof typeof STEPS, label: string): Reply {
  const { kind, task, summary } = STEPS[step];
  const change = device.changes.spawn({ kind, summary: summary(label) });
  device.changes.addTask(change, { kind: task, summary: summary(label), setup: { label } });
  return accepted(change.id);
}

/** install-finish and install-setup-storage-encryption: an installed system has nothing left to install. */
export const installStepHandler: TaskHandler<Device> = {
  do(device, task) {
    known(device, (task.setup as { label: string }).label);
    throw new Error('the system is installed already');
  },
};

function checkPassphrase(device: Device, label: string, body: JsonObject): Reply {
  needLabel(label);
  needField(body, 'passphrase');
  known(device, label);
  throw badRequest('target system does not support passphrase authentication', 'unsupported');
}

function checkPin(device: Device, label: string, body: JsonObject): Reply {
  needLabel(label);
  needField(body, 'pin');
  known(device, label);
  throw badRequest('target system does not support PIN authentication', 'unsupported');
}

function needField(body: JsonObject, field: string): void {
  if (stringField(body, field) !== '') return;
  throw badRequest(`${field} must be provided in request body for action ${quote(stringField(body, 'action'))}`);
}

/** Nothing is wrong with encryption here, so nothing is fixed: the answer is that of GET. */
function fixEncryptionSupport(device: Device, label: string, body: JsonObject): Reply {
  const action = quote(stringField(body, 'action'));
  if (body['fix-action'] === undefined) {
    throw badRequest(`fix action must be provided in request body for action ${action}`);
  }
  if (body.args !== undefined && Object.keys(body.args as JsonObject).length === 0) {
    throw badRequest(`optional fix action args, when provided, must contain one or more arguments ${action}`);
  }
  const { current } = device.systems;
  if (label === '' && current === undefined) throw new ApiError(500, `no current system for mode ${device.mode}`);
  return sync(systemDetailsJson(device, known(device, label === '' ? (current ?? '') : label)));
}

function reprovision(device: Device, label: string): Change {
  checkNoLabel(label, 'reprovision');
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

function known(device: Device, label: string, before = ''): RecoverySystem {
  const system = device.systems.get(label);
  if (!system) throw new ApiError(500, `${before}cannot load assertions for label ${quote(label)}: no seed assertions`);
  return system;
}

/** @throws ApiError 400 when the route has no label */
export function needLabel(label: string): string {
  if (label === '') throw badRequest('system action requires the system label to be provided');
  return label;
}

function checkNoLabel(label: string, action: string): void {
  if (label !== '') throw badRequest(`label should not be provided for ${action} action`);
}
