import type { Change } from '../changes/change';
import { checkSnapConflict } from '../changes/conflict';
import type { Device } from '../device/device';
import { quote, quoteAll } from '../go-text';
import type { Form } from '../http/multipart';
import { addClosingTasks, addSnapTasks } from './build';
import { planOf, type Upload } from './sideload';
import { snapInfo } from './local-snaps';
import { checkDeclared, componentPlan, componentReference, componentsOf, noOwner } from './sideload-components';

/** What several files bring: snaps with components of theirs, and components of installed snaps. */
interface Upcoming {
  snaps: { upload: Upload; components: Upload[] }[];
  others: Upload[];
}

/** Installs several files in one change: snaps, and components with them or of installed snaps (§8.3). */
export function installMany(device: Device, uploads: readonly Upload[], form: Form, transaction: string): Change {
  const coming = sorted(device, uploads);
  const names = coming.snaps.map(({ upload }) => upload.file.info.name);
  const owners = [...new Set(coming.others.map(({ file }) => file.info.name))];
  checkSnapConflict(device.changes, [...names, ...owners]);
  const components = componentNames(coming);
  const change = device.changes.spawn({
    kind: 'install-snap',
    summary: summaryOf(coming),
    snapNames: names,
    ...(Object.keys(components).length > 0 && { data: { components } }),
  });
  const shared = transaction === 'all-snaps' ? device.changes.newLane() : undefined;
  for (const owner of owners) {
    const own = coming.others.filter(({ file }) => file.info.name === owner);
    addSnapTasks(device, change, componentPlan(device, owner, own), shared ?? device.changes.newLane());
  }
  for (const { upload, components: own } of coming.snaps) {
    const plan = { ...planOf(device, upload, form), ...(own.length > 0 && componentsOf(device, own)) };
    addSnapTasks(device, change, plan, shared ?? device.changes.newLane());
  }
  addClosingTasks(device, change, [...names].sort());
  return change;
}

function sorted(device: Device, uploads: readonly Upload[]): Upcoming {
  const snaps = uploads.filter(({ file }) => !file.component).map((upload) => ({ upload, components: [] as Upload[] }));
  const others: Upload[] = [];
  for (const upload of uploads.filter(({ file }) => file.component)) {
    const { name } = upload.file.info;
    const own = snaps.find((snap) => snap.upload.file.info.name === name);
    if (!own && !device.snaps.has(name)) {
      throw noOwner(upload, 'is neither installed nor provided to sideload');
    }
    checkDeclared(upload, own?.upload.file.info ?? snapInfo(device, name), own ? withSnap : besideSnap(upload));
    (own?.components ?? others).push(upload);
  }
  return { snaps, others };
}

const withSnap = (why: string): string => `cannot install snap/component files: cannot open snap file: ${why}`;

/** Of an installed snap snapd says the reason twice, by a mistake of its own. */
const besideSnap =
  (upload: Upload) =>
  (why: string): string =>
    `cannot install component ${quote(componentReference(upload))} for snap ${quote(upload.file.info.name)}: ${why}` +
    `%!(EXTRA *errors.errorString=${why})`;

const componentOf = ({ file }: Upload): string => file.component?.name ?? '';

function componentNames({ snaps, others }: Upcoming): Record<string, string[]> {
  const names: Record<string, string[]> = {};
  for (const upload of [...snaps.flatMap(({ components }) => components), ...others]) {
    (names[upload.file.info.name] ??= []).push(componentOf(upload));
  }
  return names;
}

/** `Install snaps "a" (with component "c"), "b" from files …` */
function summaryOf({ snaps, others }: Upcoming): string {
  const shown = snaps.map(({ upload, components }) => {
    const name = quote(upload.file.info.name);
    if (components.length === 0) return name;
    return `${name} (with component${components.length > 1 ? 's' : ''} ${quoteAll(components.map(componentOf))})`;
  });
  const snapText = snaps.length === 0 ? '' : ` snap${snaps.length > 1 ? 's' : ''} ${shown.join(', ')}`;
  const otherText =
    others.length === 0 ? '' : ` component${others.length > 1 ? 's' : ''} ${quoteAll(others.map(componentReference))}`;
  const and = snapText !== '' && otherText !== '' ? ' and' : '';
  const files = [...snaps.flatMap(({ upload, components }) => [upload, ...components]), ...others];
  return `Install${snapText}${and}${otherText} from files ${quoteAll(files.map(({ fileName }) => fileName))}`;
}
