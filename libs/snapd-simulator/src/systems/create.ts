import type { Change, Task } from '../changes/change';
import { exclusiveConflict } from '../changes/conflict';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { ApiError, badRequest } from '../http/envelope';
import { booleanField, stringField, stringListField, type JsonObject } from '../http/request';
import { conflictText } from '../validation-sets/verdict-texts';
import { uploadedWith } from './create-form';
import { systemDownloads, wantedSets, type Download } from './system-content';

interface SystemSetup {
  label: string;
  test: boolean;
  markDefault: boolean;
  /** Of a remodel: the model the system is for, when it is not the device's. */
  model?: string;
  previousDefault?: string;
}

/** What a system may be called. */
export const LABEL = /^[a-z0-9](?:-?[a-z0-9])*$/;

/** POST /v2/systems {"action":"create"} (§5.4, §10.17 and 34) */
export function createSystem(device: Device, body: JsonObject): Change {
  const label = stringField(body, 'label');
  if (label === '') throw badRequest('label must be provided in request body for action "create"');
  const uploaded = uploadedWith(body);
  const request = {
    references: stringListField(body, 'validation-sets'),
    offline: booleanField(body, 'offline'),
    uploaded,
  };
  const sets = wantedSets(device, request);
  // A form's refusal shows only the first byte of the label, in quotes of its own (§5.4).
  const shown = uploaded ? `'${label.slice(0, 1)}'` : quote(label);
  const fail = (why: string): ApiError => new ApiError(500, `cannot create recovery system ${shown}: ${why}`);
  if (!device.seeded) throw fail('cannot create new recovery systems until fully seeded');
  const conflict = exclusiveConflict(device.changes, 'create-recovery-system') ?? conflictText(sets);
  if (conflict !== undefined) throw fail(conflict);
  const downloads = systemDownloads(device, sets, request, fail);
  const summary = `Create new recovery system with label ${quote(label)}`;
  const change = device.changes.spawn({ kind: 'create-recovery-system', summary });
  // The change made before this check stays behind without tasks, as snapd leaves it (§5.4).
  if (device.systems.get(label)) throw fail(`recovery system ${quote(label)} already exists`);
  const setup = { label, test: booleanField(body, 'test-system'), markDefault: booleanField(body, 'mark-default') };
  addSystemTasks(device, change, setup, downloads);
  return change;
}

/** Adds the tasks that make a system, test it if it is to be tested, and fetch its snaps first; returns the last one. */
export function addSystemTasks(
  device: Device,
  change: Change,
  setup: SystemSetup,
  downloads: readonly Download[] = [],
): Task {
  const lane = device.changes.newLane();
  const about = quote(setup.label);
  const create = device.changes.addTask(change, {
    kind: 'create-recovery-system',
    summary: `Create recovery system with label ${about}`,
    lane,
    setup,
  });
  const summary = `Finalize recovery system with label ${about}`;
  const finalize = { kind: 'finalize-recovery-system', summary, lane, setup, waits: [create] };
  const last = setup.test ? device.changes.addTask(change, finalize) : create;
  // Listed last but run first (§3.3).
  create.waits = downloads.map((download) => addDownload(device, change, download, lane));
  return last;
}

function addDownload(device: Device, change: Change, download: Download, lane: number): Task {
  const about = `${quote(download.name)} (${download.revision})`;
  const snaps = [download.name];
  const { sizeBytes } = download;
  const fetch = device.changes.addTask(change, {
    kind: 'download-snap',
    summary: `Download snap ${about} from channel ${quote(download.channel)}`,
    lane,
    snaps,
    sizeBytes,
    setup: { plan: { name: download.name, revision: download.revision } },
  });
  const summary = `Fetch and check assertions for snap ${about}`;
  return device.changes.addTask(change, { kind: 'validate-snap', summary, lane, snaps, waits: [fetch] });
}

/** Writes the system; one to be tested then waits for the reboot into it. */
export const createHandler: TaskHandler<Device> = {
  do(device, task) {
    if (device.classic) throw new Error('cannot create recovery systems on a classic (non-hybrid) system');
    const setup = task.setup as SystemSetup;
    const bad = labelError(device, setup.label);
    if (bad !== undefined) throw new Error(bad);
    device.systems.add({ label: setup.label, ready: !setup.test, model: setup.model ?? device.model });
    if (setup.test) return 'wait-for-reboot';
    if (setup.markDefault) markDefault(device, setup);
    return 'done';
  },
  undo(device, task) {
    const { label, previousDefault } = task.setup as SystemSetup;
    device.systems.remove(label);
    if (device.systems.defaultLabel === label) device.systems.defaultLabel = previousDefault;
    device.changes.log(task, 'INFO', `removed recovery system directory /run/mnt/ubuntu-seed/systems/${label}`);
    return 'done';
  },
};

function labelError(device: Device, label: string): string | undefined {
  if (LABEL.test(label)) return undefined;
  const model = String(device.modelHeaders.model ?? '');
  const why = `invalid seed system label: ${quote(label)}`;
  return `cannot create a recovery system with label ${quote(label)} for ${model}: ${why}`;
}

/** Promotes the system that came up in its test boot. */
export const finalizeHandler: TaskHandler<Device> = {
  undo: 'nothing',
  do(device, task) {
    const setup = task.setup as SystemSetup;
    if (!device.systems.tried.delete(setup.label)) {
      throw new Error('cannot obtain tried recovery systems: no state entry for key "tried-systems"');
    }
    device.systems.add({ label: setup.label, ready: true, model: setup.model ?? device.model });
    if (setup.markDefault) markDefault(device, setup);
    return 'done';
  },
};

function markDefault(device: Device, setup: SystemSetup): void {
  setup.previousDefault = device.systems.defaultLabel;
  device.systems.defaultLabel = setup.label;
}
