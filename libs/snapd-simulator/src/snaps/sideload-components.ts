import type { Change } from '../changes/change';
import { checkSnapConflict } from '../changes/conflict';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { ApiError, badRequest } from '../http/envelope';
import { addSnapTasks } from './build';
import type { SnapInfo } from '../snap-files/snap-info';
import { snapInfo } from './local-snaps';
import type { SnapPlan } from './plan';
import type { Upload } from './sideload';

/** `snap+component` of an uploaded component. */
export const componentReference = ({ file }: Upload): string => `${file.info.name}+${file.component?.name ?? ''}`;

/** Installs one component of an installed snap from its file (§8.3). */
export function installComponent(device: Device, upload: Upload): Change {
  const snap = upload.file.info.name;
  const component = upload.file.component?.name ?? '';
  if (!device.snaps.has(snap)) throw noOwner(upload, 'not installed');
  checkDeclared(upload, snapInfo(device, snap), (why) => `cannot install component file: ${why}`);
  checkSnapConflict(device.changes, [snap]);
  const change = device.changes.spawn({
    kind: 'install-component',
    summary: `Install ${quote(component)} component for ${quote(snap)} snap from file ${quote(upload.fileName)}`,
    data: { components: { [snap]: [component] } },
  });
  change.snapNames = [snap];
  addSnapTasks(device, change, componentPlan(device, snap, [upload]), device.changes.newLane());
  return change;
}

/** The 400 for a component whose snap is nowhere. */
export const noOwner = (upload: Upload, where: string): ApiError =>
  badRequest(`snap owning ${quote(componentReference(upload))} ${where}`, 'snap-not-installed', upload.file.info.name);

/** @throws ApiError 500 for a component that its snap knows nothing of */
export function checkDeclared({ file }: Upload, owner: SnapInfo | undefined, say: (why: string) => string): void {
  const { name = '' } = file.component ?? {};
  if (owner?.components?.some((component) => component.name === name)) return;
  const why = `${quote(name)} is not a component for snap ${quote(file.info.name)}`;
  throw new ApiError(500, say(why));
}

/** A plan that brings components to an installed snap and leaves the rest as it is. */
export function componentPlan(device: Device, name: string, uploads: readonly Upload[]): SnapPlan {
  const { revision = 0, tracking = '', channel = '', cohort } = device.snaps.get(name) ?? {};
  return {
    name,
    action: 'components',
    revision,
    tracking,
    channel,
    cohort,
    sizeBytes: 0,
    ...componentsOf(device, uploads),
  };
}

/** The components of uploads: each gets the next local revision of its own. */
export function componentsOf(
  device: Device,
  uploads: readonly Upload[],
): Pick<SnapPlan, 'components' | 'componentFiles'> {
  const named = uploads.map((upload) => {
    const { component, info } = upload.file;
    const name = component?.name ?? '';
    const known = device.snaps.get(info.name)?.components?.get(name) ?? 0;
    const file = component && { info: component, sizeBytes: info.sizeBytes, path: upload.path };
    return { name, revision: Math.min(0, known) - 1, file };
  });
  return {
    components: Object.fromEntries(named.map(({ name, revision }) => [name, revision])),
    componentFiles: Object.fromEntries(named.flatMap(({ name, file }) => (file ? [[name, file]] : []))),
  };
}
