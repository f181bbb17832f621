import { getChange } from '../changes/changes-api';
import type { Device } from '../device/device';
import { quote, quoteAll } from '../go-text';
import { accepted, ApiError, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { decodeObject, stringListField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import { addClosingTasks, addSnapTasks } from '../snaps/build';
import { planInstall } from '../snaps/plan';
import { storeError } from './store-errors';

const own = ['snap-themes-control'];

export const THEME_ROUTES: RouteTable = [
  [
    '/v2/accessories/themes',
    {
      read: { level: 'open', interfaces: own },
      write: { level: 'authenticated', interfaces: own },
      GET: getThemes,
      POST: postThemes,
    },
  ],
  [
    '/v2/accessories/changes/{id}',
    { read: { level: 'open', interfaces: own }, write: 'authenticated', GET: getThemeChange },
  ],
];

/** Kinds of themes, with the parameter that asks for one. */
const KINDS = { 'gtk-themes': 'gtk-theme', 'icon-themes': 'icon-theme', 'sound-themes': 'sound-theme' } as const;

const kinds = Object.entries(KINDS);

/** GET /v2/accessories/themes: whether each theme asked for is there, could be had, or neither. */
function getThemes(device: Device, request: ApiRequest): Reply {
  return sync(
    Object.fromEntries(
      kinds.map(([kind, parameter]) => [
        kind,
        Object.fromEntries(
          request.query.getAll(parameter).map((theme) => [theme, statusOf(device, `${parameter}-${theme}`)]),
        ),
      ]),
    ),
  );
}

function statusOf(device: Device, snap: string): string {
  if (device.snaps.has(snap)) return 'installed';
  if (device.store.unreachable) {
    const why = storeError(device, 'Get', `snaps/info/${snap}?architecture=amd64&fields=channel-map`);
    throw new ApiError(500, `cannot get theme status: ${why}`);
  }
  return device.store.snap(snap) ? 'available' : 'unavailable';
}

/** POST /v2/accessories/themes: installs the snaps of the themes. */
function postThemes(device: Device, request: ApiRequest): Reply {
  const body = decodeObject(request, 'cannot decode request body');
  const snaps = kinds
    .flatMap(([kind, parameter]) => stringListField(body, kind).map((theme) => `${parameter}-${theme}`))
    .filter((snap) => statusOf(device, snap) === 'available');
  if (snaps.length === 0) throw badRequest('no snaps to install');
  const summary = `Install snap${snaps.length > 1 ? 's' : ''} ${quoteAll(snaps)}`;
  const change = device.changes.spawn({ kind: 'install-themes', summary, snapNames: snaps });
  for (const snap of snaps) addSnapTasks(device, change, planInstall(device, snap, {}), device.changes.newLane());
  addClosingTasks(device, change, []);
  return accepted(change.id);
}

/** GET /v2/accessories/changes/{id}: changes made here, no others. */
function getThemeChange(device: Device, request: ApiRequest): Reply {
  const id = request.params.id ?? '';
  if (device.changes.get(Number(id))?.kind !== 'install-themes') {
    throw notFound(`cannot find change with id ${quote(id)}`);
  }
  return getChange(device, request);
}
