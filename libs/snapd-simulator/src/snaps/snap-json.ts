import type { Device } from '../device/device';
import { formatTime } from '../go-time';
import type { InstalledSnap } from './installed';
import { appJson } from '../apps/app-json';
import { refreshStateJson } from '../auto-refresh/refresh-state-json';
import { isBefore } from '../device/version';
import { accountJson } from './account-json';
import { componentsJson } from './components';
import { revisionText, snapInfo } from './local-snaps';
import type { SimulatedStore, StoreSnap } from './store';

/** A snap as GET /v2/snaps shows it (§8.2); one entry per revision with select=all. */
export function snapJson(device: Device, installed: InstalledSnap, revision = installed.revision): unknown {
  const info = snapInfo(device, installed.name, revision);
  const old = isBefore(device, '2.75');
  const apps = (info?.apps ?? []).map((app) => appJson(device, installed, app));
  const grade = info?.grade ?? '';
  const current = revision === installed.revision;
  return {
    id: info?.id ?? '',
    ...(info?.title !== undefined && { title: info.title }),
    summary: info?.summary ?? '',
    description: info?.description ?? '',
    'installed-size': info?.sizeBytes ?? 0,
    'install-date': formatTime(installed.installedNs),
    name: installed.name,
    ...publisherJson(device.store, revision < 0 ? undefined : device.store.snap(installed.name)),
    status: installed.active && current ? 'active' : 'installed',
    type: info?.type ?? 'app',
    ...(info?.base !== undefined && { base: info.base }),
    version: info?.version ?? revisionText(revision),
    channel: installed.channel,
    ...(installed.tracking !== '' && { 'tracking-channel': installed.tracking }),
    'ignore-validation': installed.ignoreValidation ?? false,
    revision: revisionText(revision),
    confinement: info?.confinement ?? 'strict',
    ...((grade !== '' || !old) && { grade }),
    private: false,
    devmode: installed.devmode ?? false,
    jailmode: false,
    ...(installed.tried !== undefined && { trymode: true }),
    ...(apps.length > 0 && { apps }),
    ...(info?.license !== undefined && { license: info.license }),
    'mounted-from': installed.tried ?? `/var/lib/snapd/snaps/${installed.name}_${revisionText(revision)}.snap`,
    ...(old && { links: null }),
    contact: '',
    ...(installed.cohort !== undefined && { 'cohort-key': installed.cohort }),
    ...(installed.hold && { hold: formatTime(installed.hold.untilNs) }),
    ...refreshStateJson(installed),
    ...(current && componentsJson(installed, info)),
  };
}

/** Who published a snap; one that was sideloaded has nobody (§8.2). */
export function publisherJson(store: SimulatedStore, snap: StoreSnap | undefined): Record<string, unknown> {
  return snap ? { publisher: accountJson(store, snap.publisher), developer: snap.publisher } : { developer: '' };
}
