import type { Device } from '../device/device';
import { quote } from '../go-text';
import { accepted, ApiError, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { decodeObjectStrictly, stringField, type ApiRequest, type JsonObject } from '../http/request';
import { isBefore } from '../device/version';
import { mediaType } from '../http/multipart';
import { createSystem, LABEL } from './create';
import { createBodyOf } from './create-form';
import { INSTALLER_ACTIONS, needLabel, NEWER_ACTIONS, type SystemAction } from './installer-actions';
import { removeSystem } from './remove';
import { actionsOf, systemDetailsJson, systemJson } from './system-json';
import type { RouteTable } from '../http/routes';

export const SYSTEM_ROUTES: RouteTable = [
  ['/v2/systems', { read: 'authenticated', write: 'root', GET: getSystems, POST: postSystem }],
  ['/v2/systems/{label}', { read: 'root', write: 'root', GET: getSystem, POST: postSystem }],
];

/** GET /v2/systems */
function getSystems(device: Device, request: ApiRequest): Reply {
  const list = device.systems.list();
  if (request.query.get('running') === 'true' && !isBefore(device, '2.70')) {
    const current = list.find((system) => system.label === device.systems.current);
    if (!current) throw new ApiError(500, 'no current system for mode run');
    return sync(systemDetailsJson(device, current));
  }
  return sync(list.length > 0 ? { systems: list.map((system) => systemJson(device, system)) } : {});
}

/** GET /v2/systems/{label}: an unknown label is a 500 (§5.2). */
function getSystem(device: Device, request: ApiRequest): Reply {
  const label = request.params.label ?? '';
  if (!LABEL.test(label)) throw new ApiError(500, `cannot open: invalid seed system label: ${quote(label)}`);
  const system = device.systems.get(label);
  if (!system) throw new ApiError(500, `cannot load assertions for label ${quote(label)}: no seed assertions`);
  return sync(systemDetailsJson(device, system));
}

/** POST /v2/systems and /v2/systems/{label} (§5.3) */
function postSystem(device: Device, request: ApiRequest): Reply {
  const body = bodyOf(device, request);
  const label = request.params.label ?? '';
  const action = stringField(body, 'action');
  const act = NEWER_ACTIONS.has(action) && isBefore(device, '2.70') ? undefined : ACTIONS[action];
  if (!act) throw badRequest(`unsupported action ${quote(action)}`);
  return act(device, label, body);
}

const ACTIONS: Readonly<Record<string, SystemAction>> = {
  ...INSTALLER_ACTIONS,
  create(device, label, body) {
    if (label !== '') throw badRequest('label should not be provided in route when creating a system');
    return accepted(createSystem(device, body).id);
  },
  remove(device, label) {
    return accepted(removeSystem(device, needLabel(label)).id);
  },
  reboot(device, label, body) {
    const mode = stringField(body, 'mode');
    const target = label !== '' ? label : (device.systems.defaultLabel ?? device.systems.current ?? '');
    return bootInto(device, label === '' && mode === '' ? undefined : target, mode);
  },
  do(device, label, body) {
    const mode = stringField(body, 'mode');
    needLabel(label);
    if (mode === '') throw badRequest('system action requires the mode to be provided');
    if (mode === device.mode && label === device.systems.current) return sync(null);
    return bootInto(device, label, mode);
  },
};

function bootInto(device: Device, label: string | undefined, mode: string): Reply {
  if (label !== undefined) checkBootable(device, label, mode);
  device.bootInto(mode === '' ? 'run' : mode, label);
  return sync(null);
}

function checkBootable(device: Device, label: string, mode: string): void {
  if (!device.systems.get(label)) throw notFound(`requested seed system ${quote(label)} does not exist`);
  const modes = actionsOf(device, label).map((action) => action.mode);
  if (mode !== '' && mode !== 'run' && !modes.includes(mode)) {
    throw badRequest(`requested action is not supported by system ${quote(label)}`);
  }
}

/** JSON when nothing else is said, or a form (§5.3). */
function bodyOf(device: Device, request: ApiRequest): JsonObject {
  const type = mediaType(request);
  if (type === 'multipart/form-data') return createBodyOf(device, request);
  if (type !== '' && type !== 'application/json') throw badRequest(`unexpected media type ${quote(type)}`);
  const { value, trailing } = decodeObjectStrictly(request, 'system action');
  if (trailing) throw badRequest('extra content found in request body');
  return value;
}
