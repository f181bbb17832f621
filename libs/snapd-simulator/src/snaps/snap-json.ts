import type { Device } from '../device/device';
import { formatTime } from '../go-time';
import type { InstalledSnap } from './installed';
import { appJson } from '../apps/apps-api';
import { refreshStateJson } from '../auto-refresh/refresh-state-json';
import { accountJson } from './account-json';
import type { SimulatedStore, StoreSnap } from './store';

/** A snap as GET /v2/snaps shows it (§8.2); one entry per revision with select=all. */
export function snapJson(device: Device, installed: InstalledSnap, revision = installed.revision): unknown {
  const snap = device.store.snap(installed.name);
  const about = snap?.revisions.get(revision);
  const apps = (snap?.services ?? []).map((service) => appJson(installed, service));
  const current = revision === installed.revision;
  return {
    id: snap?.id ?? '',
    summary: snap?.summary ?? '',
    description: snap?.summary ?? '',
    'installed-size': about?.sizeBytes ?? 0,
    'install-date': formatTime(installed.installedNs),
    name: installed.name,
    ...publisherJson(device.store, snap),
    status: installed.active && current ? 'active' : 'installed',
    type: snap?.type ?? 'app',
    ...(snap?.base !== undefined && { base: snap.base }),
    version: about?.version ?? String(revision),
    channel: installed.channel,
    'tracking-channel': installed.tracking,
    'ignore-validation': installed.ignoreValidation ?? false,
    revision: String(revision),
    confinement: 'strict',
    grade: snap?.grade ?? '',
    private: false,
    devmode: installed.devmode ?? false,
    jailmode: false,
    ...(apps.length > 0 && { apps }),
    'mounted-from': `/var/lib/snapd/snaps/${installed.name}_${revision}.snap`,
    contact: '',
    ...(installed.cohort !== undefined && { 'cohort-key': installed.cohort }),
    ...(installed.hold && { hold: formatTime(installed.hold.untilNs) }),
    ...refreshStateJson(installed),
  };
}

/** Who published a snap; one that was sideloaded has nobody (§8.2). */
export function publisherJson(store: SimulatedStore, snap: StoreSnap | undefined): Record<string, unknown> {
  return snap ? { publisher: accountJson(store, snap.publisher), developer: snap.publisher } : { developer: '' };
}
