import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { accepted, ApiError, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { booleanField, decodeObject, queryList, stringField, stringListField, type ApiRequest } from '../http/request';
import type { InstalledSnap } from '../snaps/installed';
import type { StoreService } from '../snaps/store';

interface ServiceSetup {
  snap: string;
  services: string[];
  action: 'start' | 'stop' | 'restart';
  enable: boolean;
  disable: boolean;
}

/** A service as GET /v2/apps and the snap's `apps` show it. */
export function appJson(installed: InstalledSnap, service: StoreService): Record<string, unknown> {
  const running = installed.active && !installed.stopped?.has(service.name);
  return {
    snap: installed.name,
    name: service.name,
    daemon: service.daemon ?? 'simple',
    'daemon-scope': 'system',
    ...(!installed.disabled?.has(service.name) && installed.active && { enabled: true }),
    ...(running && { active: true }),
  };
}

/** GET /v2/apps: every app here is a service. */
export function getApps(device: Device, request: ApiRequest): Reply {
  const select = request.query.get('select') ?? '';
  if (select !== '' && select !== 'service') throw badRequest(`invalid select parameter: ${quote(select)}`);
  const names = queryList(request, 'names') ?? [...device.snaps.keys()].sort();
  return sync(names.flatMap((name) => appsOf(device, name)));
}

function appsOf(device: Device, name: string): Record<string, unknown>[] {
  const { snap, services } = servicesOf(device, name);
  const installed = device.snaps.get(snap);
  const known = device.store.snap(snap)?.services ?? [];
  return installed ? known.filter((service) => services.includes(service.name)).map((s) => appJson(installed, s)) : [];
}

/** POST /v2/apps: a service-control change with a task per snap. */
export function postApps(device: Device, request: ApiRequest): Reply {
  const body = decodeObject(request, 'service operation');
  const names = stringListField(body, 'names');
  if (names.length === 0)
    throw badRequest('cannot perform operation on services without a list of services to operate on');
  const targets = names.map((name) => servicesOf(device, name));
  const action = stringField(body, 'action');
  if (action !== 'start' && action !== 'stop' && action !== 'restart') {
    throw badRequest(`unknown action ${quote(action)}`);
  }
  checkNotBusy(device, targets);
  const change = device.changes.spawn({ kind: 'service-control', summary: 'Running service command' });
  change.snapNames = names;
  const lane = device.changes.newLane();
  for (const { snap, services } of targets) {
    const setup: ServiceSetup = {
      snap,
      services,
      action,
      enable: booleanField(body, 'enable'),
      disable: booleanField(body, 'disable'),
    };
    const summary = `Run service command ${quote(action)} for ${servicesText(names, services)} of snap ${quote(snap)}`;
    device.changes.addTask(change, { kind: 'service-control', summary, lane, snaps: [snap], setup });
  }
  return accepted(change.id);
}

// §8.4: a conflict here is a 409 without a kind.
function checkNotBusy(device: Device, targets: readonly { snap: string }[]): void {
  for (const change of device.changes.unready()) {
    const busy = targets.find(({ snap }) => change.tasks.some((task) => task.snaps?.includes(snap)));
    if (busy) throw new ApiError(409, `snap ${quote(busy.snap)} has ${quote(change.kind)} change in progress`);
  }
}

function servicesOf(device: Device, name: string): { snap: string; services: string[] } {
  const [snap = '', service] = name.split('.');
  if (!device.snaps.has(snap)) throw notFound(`snap ${quote(snap)} not found`, 'snap-not-found', snap);
  const services = (device.store.snap(snap)?.services ?? []).map((known) => known.name);
  if (service === undefined) return { snap, services };
  if (services.includes(service)) return { snap, services: [service] };
  throw notFound(`snap ${quote(snap)} has no service ${quote(service)}`, 'app-not-found');
}

function servicesText(names: readonly string[], services: readonly string[]): string {
  if (!names.some((name) => name.includes('.'))) return 'running services';
  return services.length === 1 ? `service ${quote(services[0] ?? '')}` : `services [${services.map(quote).join(' ')}]`;
}

/** The service-control task. */
export const serviceHandler: TaskHandler<Device> = {
  do(device, task) {
    const setup = task.setup as ServiceSetup;
    const installed = device.snaps.get(setup.snap);
    if (!installed) return 'done';
    const stopped = new Set(installed.stopped);
    const disabled = new Set(installed.disabled);
    for (const service of setup.services) {
      if (setup.action === 'stop') stopped.add(service);
      else stopped.delete(service);
      if (setup.enable) disabled.delete(service);
      if (setup.disable) disabled.add(service);
    }
    Object.assign(installed, { stopped: orNothing(stopped), disabled: orNothing(disabled) });
    return 'done';
  },
};

const orNothing = (set: Set<string>): Set<string> | undefined => (set.size > 0 ? set : undefined);
