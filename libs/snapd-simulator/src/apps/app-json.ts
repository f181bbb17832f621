import type { Device } from '../device/device';
import { isBefore } from '../device/version';
import type { AppInfo } from '../snap-files/snap-info';
import type { InstalledSnap } from '../snaps/installed';

/** An app as GET /v2/apps and the snap's `apps` show it; a service with whether it is enabled and runs. */
export function appJson(device: Device, installed: InstalledSnap, app: AppInfo): Record<string, unknown> {
  const named = {
    snap: installed.name,
    name: app.name,
    ...(app.commonId !== undefined && { 'common-id': app.commonId }),
  };
  if (app.daemon === undefined) return named;
  const enabled = installed.active && !installed.disabled?.has(app.name);
  const running = installed.active && !installed.stopped?.has(app.name);
  const kinds = activatorsOf(app);
  return {
    ...named,
    daemon: app.daemon,
    'daemon-scope': app.daemonScope ?? 'system',
    ...(enabled && { enabled: true }),
    // A oneshot has run and is over; an activated service waits for what starts it.
    ...(running && app.daemon !== 'oneshot' && kinds.length === 0 && { active: true }),
    ...(kinds.length > 0 && {
      activators: kinds.map((kind) => activatorJson(device, kind, { enabled, active: running })),
    }),
  };
}

interface Activator {
  name: string;
  type: 'timer' | 'socket';
}

const activatorsOf = (app: AppInfo): Activator[] => [
  ...(app.sockets ?? []).map((name): Activator => ({ name, type: 'socket' })),
  ...(app.timer === undefined ? [] : [{ name: app.name, type: 'timer' } as const]),
];

/** snapd writes each key twice, in lower case only since 2.75 (✔). */
function activatorJson(
  device: Device,
  { name, type }: Activator,
  { enabled, active }: { enabled: boolean; active: boolean },
): Record<string, unknown> {
  const capitals = { Name: name, Type: type, Active: active, Enabled: enabled };
  return isBefore(device, '2.75') ? capitals : { name, type, active, enabled, ...capitals };
}
