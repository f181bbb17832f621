import { randomInt } from 'node:crypto';
import type { Change } from '../changes/change';
import { checkSnapConflict } from '../changes/conflict';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { badRequest, type ApiError } from '../http/envelope';
import { formFlag, formValue, type Form, type FormFile } from '../http/multipart';
import { readSnapFile, type SnapFile } from '../snap-files/read-snap';
import { addClosingTasks, addSnapTasks } from './build';
import { installComponent, noOwner } from './sideload-components';
import { installMany } from './sideload-many';
import { signedRevision } from './signed';
import { modeFault } from './mode';
import type { SnapPlan } from './plan';
import { trySnap } from './try';

/** An uploaded file with where snapd keeps it for the time being. */
export interface Upload {
  fileName: string;
  path: string;
  file: SnapFile;
}

/** POST /v2/snaps with a form: installs from files, or tries a directory (§8.3). */
export function sideload(device: Device, form: Form): Change {
  const [devmode, jailmode, classic] = ['devmode', 'jailmode', 'classic'].map((name) => formFlag(form, name));
  const fault = modeFault(device, { devmode, jailmode, classic });
  if (fault !== undefined) throw badRequest(fault);
  if (formValue(form, 'action') === 'try') return trySnap(device, formValue(form, 'snap-path'));
  if ((form.values.get('quota-group') ?? []).length > 1) {
    throw badRequest("too many names provided for 'quota-group' option");
  }
  const transaction = formValue(form, 'transaction') ?? 'per-snap';
  if (transaction !== 'per-snap' && transaction !== 'all-snaps') {
    throw badRequest('transaction must be either "per-snap" or "all-snaps"');
  }
  const files = form.files.filter((file) => file.field === 'snap');
  if (files.length === 0) {
    throw badRequest('cannot find "snap" file field in provided multipart/form-data payload');
  }
  const named = formValue(form, 'snap-path');
  const uploads = files.map((file) => uploadOf(device, form, file, files.length === 1 ? named : undefined));
  const [first, second] = uploads;
  if (first && !second) {
    return first.file.component ? installComponent(device, first) : installOne(device, first, form);
  }
  return installMany(device, uploads, form, transaction);
}

function uploadOf(device: Device, form: Form, { fileName, bytes }: FormFile, named?: string): Upload {
  const path = `/var/lib/snapd/snaps/.local-install-${randomInt(1e9)}`;
  const shown = named ?? fileName;
  const file = device.store.keepFile(bytes, readSnapFile);
  const unsigned = formFlag(form, 'dangerous') || formFlag(form, 'devmode');
  if (file?.component && !unsigned) checkOwner(device, form, { fileName: shown, path, file });
  if (!unsigned && (!file || signedRevision(device, file) === undefined)) {
    throw badRequest(`cannot find signatures with metadata for snap/component ${quote(shown)}`);
  }
  if (!file) throw notASnap(path, bytes);
  return { fileName: shown, path, file };
}

/** The snap of a component has to be there, before anything else is looked at. */
function checkOwner(device: Device, form: Form, upload: Upload): void {
  if (form.files.length === 1 && !device.snaps.has(upload.file.info.name)) throw noOwner(upload, 'not installed');
}

/** What snapd says of a file that is no snap: its first bytes, padded to fifteen. */
function notASnap(path: string, bytes: Uint8Array): ApiError {
  const cannot = 'cannot read snap file: ';
  if (bytes.byteLength === 0)
    return badRequest(`${cannot}cannot process snap or snapdir: cannot read ${quote(path)}: EOF`);
  if (Buffer.from(bytes.subarray(0, 4)).toString() === 'hsqs') {
    const why = `FATAL ERROR: Can't find a valid SQUASHFS superblock on ${path}`;
    return badRequest(`${cannot}cannot run unsquashfs: ${why}`);
  }
  const head = Buffer.alloc(15);
  head.set(bytes.subarray(0, 15));
  const text = [...head].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${hex(byte)}`));
  return badRequest(
    `cannot read snap file: cannot process snap or snapdir: file ${quote(path)} is invalid ` +
      `(header [${[...head].join(' ')}] "${text.join('')}")`,
  );
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

/** What installing an uploaded snap would do. */
export function planOf(device: Device, { file, path }: Upload, form: Form): SnapPlan {
  const { name, sizeBytes } = file.info;
  const installed = device.snaps.get(name);
  return {
    name,
    action: installed ? 'refresh' : 'install',
    revision: signedRevision(device, file) ?? 0,
    channel: '',
    tracking: installed?.tracking ?? '',
    sizeBytes,
    file,
    path,
    ...(formFlag(form, 'devmode') && { devmode: true }),
  };
}

function installOne(device: Device, upload: Upload, form: Form): Change {
  const own = upload.file.info.name;
  // A name counts only beside the path that the file had (§8.3).
  const name = (formValue(form, 'snap-path') === undefined ? undefined : formValue(form, 'name')) ?? own;
  if (name.split('_')[0] !== own) {
    throw badRequest(`instance name ${quote(name)} does not match snap name ${quote(own)}`);
  }
  checkSnapConflict(device.changes, [name]);
  const change = device.changes.spawn({
    kind: 'install-snap',
    summary: `Install ${quote(name)} snap from file ${quote(upload.fileName)}`,
    snapNames: [name],
    data: { 'snap-name': name },
  });
  addSnapTasks(device, change, { ...planOf(device, upload, form), name }, device.changes.newLane());
  addClosingTasks(device, change, []);
  return change;
}
