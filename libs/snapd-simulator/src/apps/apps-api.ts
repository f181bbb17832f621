import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { accepted, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { booleanField, decodeObject, queryList, stringField, stringListField, type ApiRequest } from '../http/request';
import type { InstalledSnap } from '../snaps/installed';
import type { RouteTable } from '../http/routes';
import type { AppInfo } from '../snap-files/snap-info';
import { snapInfo } from '../snaps/local-snaps';
import { appJson } from './app-json';

export const APP_ROUTES: RouteTable = [
  [
    '/v2/apps',
    {
      read: { level: 'open', interfaces: ['ros-snapd-support'] },
      write: { level: 'authenticated', interfaces: ['ros-snapd-support'] },
      GET: getApps,
      POST: postApps,
    },
  ],
];

/** What a service-control task does. */
export interface ServiceSetup {
  snap: string;
  services: string[];
  action: 'start' | 'stop' | 'restart';
  enable: boolean;
  disable: boolean;
}

/** GET /v2/apps; `select=service` leaves out what is none. */
function getApps(device: Device, request: ApiRequest): Reply {
  const select = request.query.get('select') ?? '';
  if (select !== '' && select !== 'service') throw badRequest(`invalid select parameter: ${quote(select)}`);
  const global = request.query.get('global') ?? '';
  if (global !== '' && global !== 'true' && global !== 'false') {
    throw badRequest(`invalid global parameter: ${quote(global)}`);
  }
  const names = queryList(request, 'names') ?? [...device.snaps.keys()].sort();
  const apps = names.flatMap((name) => appsNamed(device, name));
  return sync(
    apps
      .filter(({ app }) => select === '' || app.daemon !== undefined)
      .map(({ installed, app }) => appJson(device, installed, app)),
  );
}

/** An app with the snap it belongs to. */
interface InstalledApp {
  installed: InstalledSnap;
  app: AppInfo;
}

/** The apps that `snap` or `snap.app` means. @throws ApiError 404 snap-not-found or app-not-found */
function appsNamed(device: Device, name: string): InstalledApp[] {
  const [snap = '', one] = name.split('.');
  const installed = device.snaps.get(snap);
  if (!installed) throw notFound(`snap ${quote(snap)} not found`, 'snap-not-found', snap);
  const apps = snapInfo(device, snap)?.apps ?? [];
  const found = one === undefined ? apps : apps.filter((app) => app.name === one);
  if (one !== undefined && found.length === 0) {
    throw notFound(`snap ${quote(snap)} has no app ${quote(one)}`, 'app-not-found');
  }
  return found.map((app) => ({ installed, app }));
}

/** Services by `snap` or `snap.app`; all of the device when none is named. @throws ApiError 404 `app-not-found` */
export function servicesNamed(device: Device, names: readonly string[] | undefined): InstalledApp[] {
  const wanted = names ?? [...device.snaps.keys()].sort();
  const found = wanted.flatMap((name) => servicesCalled(device, name));
  if (found.length === 0) throw notFound('no matching services', 'app-not-found');
  return found;
}

/** @throws ApiError 404 `app-not-found` for an app that is no service */
function servicesCalled(device: Device, name: string): InstalledApp[] {
  const services = appsNamed(device, name).filter(({ app }) => app.daemon !== undefined);
  const [snap = '', app] = name.split('.');
  if (app === undefined || services.length > 0) return services;
  throw notFound(`snap ${quote(snap)} has no service ${quote(app)}`, 'app-not-found');
}

/** POST /v2/apps: a service-control change with a task per snap. */
function postApps(device: Device, request: ApiRequest): Reply {
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
    const command = action === 'restart' && booleanField(body, 'reload') ? 'reload-or-restart' : action;
    const summary = `Run service command ${quote(command)} for ${servicesText(names, services)} of snap ${quote(snap)}`;
    device.changes.addTask(change, { kind: 'service-control', summary, lane, snaps: [snap], setup });
  }
  return accepted(change.id);
}

// A conflict here is a plain 400, as the lab's snapd showed.
function checkNotBusy(device: Device, targets: readonly { snap: string }[]): void {
  for (const change of device.changes.unready()) {
    const busy = targets.find(({ snap }) => change.tasks.some((task) => task.snaps?.includes(snap)));
    if (busy) throw badRequest(`snap ${quote(busy.snap)} has ${quote(change.kind)} change in progress`);
  }
}

function servicesOf(device: Device, name: string): { snap: string; services: string[] } {
  const [snap = '', service] = name.split('.');
  const services = appsNamed(device, name).flatMap(({ app }) => (app.daemon === undefined ? [] : [app.name]));
  if (service !== undefined && services.length === 0) {
    throw notFound(`snap ${quote(snap)} has no service ${quote(service)}`, 'app-not-found');
  }
  return { snap, services };
}

function servicesText(names: readonly string[], services: readonly string[]): string {
  if (!names.some((name) => name.includes('.'))) return 'running services';
  return `services [${services.map(quote).join(' ')}]`;
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
