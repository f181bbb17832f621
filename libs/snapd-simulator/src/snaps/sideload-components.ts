import type { Change } from '../changes/change';
import { checkSnapConflict } from '../changes/conflict';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { badRequest } from '../http/envelope';
import { addChain } from './build';
import type { Upload } from './sideload';
import type { Step } from './task-lists';

/** Installs one component of an installed snap from its file (§8.3). Components beside snaps in one form are not simulated. */
export function installComponent(device: Device, { file, fileName, path }: Upload): Change {
  const snap = file.info.name;
  const component = file.component?.name ?? '';
  const installed = device.snaps.get(snap);
  if (!installed) {
    throw badRequest(`snap owning ${quote(`${snap}+${component}`)} not installed`, 'snap-not-installed', snap);
  }
  checkSnapConflict(device.changes, [snap]);
  const change = device.changes.spawn({
    kind: 'install-component',
    summary: `Install ${quote(component)} component for ${quote(snap)} snap from file ${quote(fileName)}`,
    data: { components: { [snap]: [component] } },
  });
  change.snapNames = [snap];
  const { revision, tracking, channel, cohort } = installed;
  const components = { [component]: (installed.components?.get(component) ?? 0) - 1 };
  const plan = {
    name: snap,
    action: 'components' as const,
    revision,
    tracking,
    channel,
    cohort,
    sizeBytes: 0,
    components,
  };
  addChain(device, change, steps(`${snap}+${component}`, path), {
    lane: device.changes.newLane(),
    snap,
    setup: { plan },
  });
  return change;
}

function steps(reference: string, path: string): Step[] {
  const about = quote(reference);
  return [
    ['prepare-component', `Prepare component ${quote(path)}`],
    ['mount-component', `Mount component ${about}`],
    ['link-component', `Make component ${about} available to the system`],
  ];
}
