import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Change } from '../changes/change';
import { checkSnapConflict } from '../changes/conflict';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { badRequest } from '../http/envelope';
import { infoOf, type SnapFile } from '../snap-files/read-snap';
import { parseYaml } from '../snap-files/yaml';
import { addClosingTasks, addSnapTasks } from './build';

/** Installs a snap from a directory of the machine the simulator runs on, as `snap try` does. */
export function trySnap(device: Device, directory: string | undefined): Change {
  if (directory === undefined) throw badRequest("need 'snap-path' value in form");
  if (!path.isAbsolute(directory)) throw badRequest(`cannot try ${quote(directory)}: need an absolute path`);
  const file = readDirectory(directory);
  const { name } = file.info;
  checkSnapConflict(device.changes, [name]);
  const change = device.changes.spawn({
    kind: 'try-snap',
    summary: `Try ${quote(name)} snap from ${directory}`,
    snapNames: [name],
    data: { 'snap-name': name },
  });
  const action = device.snaps.has(name) ? 'refresh' : 'install';
  const plan = { name, action, revision: 0, channel: '', tracking: '', sizeBytes: 0, file, path: directory } as const;
  addSnapTasks(device, change, { ...plan, devmode: true, tried: true }, device.changes.newLane());
  addClosingTasks(device, change, []);
  return change;
}

function readDirectory(directory: string): SnapFile {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw badRequest(`cannot try ${quote(directory)}: not a snap directory`);
  }
  const yaml = path.join(directory, 'meta/snap.yaml');
  if (!statSync(yaml, { throwIfNoEntry: false })) {
    const why = `directory ${quote(directory)} is invalid`;
    throw badRequest(`cannot process snap or snapdir: ${why}`, 'snap-not-a-snap');
  }
  const hooks = path.join(directory, 'meta/hooks');
  const names = statSync(hooks, { throwIfNoEntry: false }) ? readdirSync(hooks) : [];
  const parsed = parseYaml(readFileSync(yaml, 'utf8')) as Parameters<typeof infoOf>[0];
  return { digest: '', bytes: new Uint8Array(), info: infoOf(parsed, names, 0) };
}
