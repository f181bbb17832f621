import type { Change, Task } from '../changes/change';
import { exclusiveConflict } from '../changes/conflict';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { ApiError, badRequest } from '../http/envelope';
import { booleanField, stringField, stringListField, type JsonObject } from '../http/request';
import type { ValidationSetAssertion } from '../snaps/store';
import { combine, gather } from '../validation-sets/constraints';
import { parseSetReference } from '../validation-sets/reference';
import type { SetReference } from '../validation-sets/tracking';
import { setPath } from '../validation-sets/reference';
import { storeError } from '../store/store-errors';
import { conflictText } from '../validation-sets/verdict-texts';

interface SystemSetup {
  label: string;
  test: boolean;
  markDefault: boolean;
  previousDefault?: string;
}

interface Download {
  name: string;
  revision: number;
  sizeBytes: number;
  channel: string;
}

/** What a system may be called. */
export const LABEL = /^[a-z0-9](?:-?[a-z0-9])*$/;

/** POST /v2/systems {"action":"create"} (§5.4, §10.17 and 34) */
export function createSystem(device: Device, body: JsonObject): Change {
  const label = stringField(body, 'label');
  if (label === '') throw badRequest('label must be provided in request body for action "create"');
  const references = stringListField(body, 'validation-sets').map(parsed);
  const offline = booleanField(body, 'offline');
  const sets = references.map((reference) => fetched(device, reference, offline));
  const fail = (why: string): ApiError => new ApiError(500, `cannot create recovery system ${quote(label)}: ${why}`);
  const conflict = exclusiveConflict(device.changes, 'create-recovery-system') ?? conflictText(sets);
  if (conflict !== undefined) throw fail(conflict);
  const downloads = downloadsFor(device, sets, offline, fail);
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

/** Snaps of the model that the sets want at another revision than the installed one. */
function downloadsFor(
  device: Device,
  sets: readonly ValidationSetAssertion[],
  offline: boolean,
  fail: (why: string) => ApiError,
): Download[] {
  return gather(sets).flatMap((constraint): Download[] => {
    const effective = combine(constraint);
    const installed = device.snaps.get(constraint.name);
    if (effective.kind === 'invalid' && installed && device.isModelSnap(constraint.name)) {
      throw fail(`snap presence is marked invalid by validation set: ${constraint.name}`);
    }
    const revision = effective.kind === 'required' || effective.kind === 'optional' ? effective.revision : undefined;
    if (revision === undefined || !installed || installed.revision === revision) return [];
    const about = device.store.snap(constraint.name)?.revisions.get(revision);
    if (offline) throw fail(`cannot find snap ${quote(constraint.name)} at revision ${revision}`);
    if (!about) throw fail('snap not found');
    return [{ name: constraint.name, revision, sizeBytes: about.sizeBytes, channel: installed.tracking }];
  });
}

function parsed(text: string): SetReference {
  try {
    return parseSetReference(text);
  } catch (cause) {
    throw badRequest(`cannot parse validation sets: ${(cause as Error).message}`);
  }
}

function fetched(device: Device, reference: SetReference, offline: boolean): ValidationSetAssertion {
  const { accountId, name, sequence } = reference;
  if (device.store.unreachable && !offline) {
    throw new ApiError(500, `cannot fetch validation sets: ${storeError(device, 'Get', setPath(reference))}`);
  }
  const known = offline ? (sequence ?? device.sets.newestKnown(accountId, name) ?? 0) : sequence;
  const assertion = device.store.validationSet(accountId, name, known);
  if (!assertion) throw badRequest('cannot fetch validation sets: validation-set assertion not found');
  device.sets.learn(accountId, name, assertion.sequence);
  return assertion;
}

/** Writes the system; one to be tested then waits for the reboot into it. */
export const createHandler: TaskHandler<Device> = {
  do(device, task) {
    if (device.classic) throw new Error('cannot create recovery systems on a classic (non-hybrid) system');
    const setup = task.setup as SystemSetup;
    const bad = labelError(device, setup.label);
    if (bad !== undefined) throw new Error(bad);
    device.systems.add({ label: setup.label, ready: !setup.test });
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
    device.systems.add({ label: setup.label, ready: true });
    if (setup.markDefault) markDefault(device, setup);
    return 'done';
  },
};

function markDefault(device: Device, setup: SystemSetup): void {
  setup.previousDefault = device.systems.defaultLabel;
  device.systems.defaultLabel = setup.label;
}
