import { checkSnapConflict, notSeeded } from '../changes/conflict';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { accepted, ApiError, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { decodeObject, queryList, type ApiRequest, type JsonObject } from '../http/request';
import { snapInfo } from '../snaps/local-snaps';
import { systemDocument } from './system-document';
import { invalidPart, valueAt } from './document';
import type { RouteTable } from '../http/routes';

export const CONF_ROUTES: RouteTable = [
  ['/v2/snaps/{name}/conf', { read: 'authenticated', write: 'authenticated', GET: getConf, PUT: putConf }],
];

/** GET /v2/snaps/{name}/conf: the whole document, or the values of `keys` under the keys as given. */
function getConf(device: Device, request: ApiRequest): Reply {
  const name = confName(request);
  const document = name === 'core' ? systemDocument(device) : (device.conf.get(name) ?? {});
  const keys = queryList(request, 'keys');
  if (!keys) return sync(document);
  return sync(Object.fromEntries(keys.map((key) => [key, existing(document, name, key)])));
}

/** PUT /v2/snaps/{name}/conf: a patch, applied by the change's configure hook. */
function putConf(device: Device, request: ApiRequest): Reply {
  const name = confName(request);
  const patch = decodeObject(request, 'patch values', 'map[string]interface {}');
  if (!device.seeded) throw notSeeded();
  if (name !== 'core' && !device.snaps.has(name)) {
    throw notFound(`snap ${quote(name)} is not installed`, 'snap-not-found', name);
  }
  const type = name === 'core' ? 'app' : snapInfo(device, name)?.type;
  if (type === 'base') throw new ApiError(500, `cannot configure snap ${quote(name)} because it is of type 'base'`);
  if (type === 'snapd')
    throw new ApiError(500, `cannot configure the ${quote(name)} snap, please use "system" instead`);
  checkSnapConflict(device.changes, [name]);
  const change = device.changes.spawn({
    kind: 'configure-snap',
    summary: `Change configuration of ${quote(name)} snap`,
  });
  change.snapNames = [name];
  device.changes.addTask(change, {
    kind: 'run-hook',
    summary: `Run configure hook of ${quote(name)} snap`,
    lane: device.changes.newLane(),
    ...(name !== 'core' && { snaps: [name] }),
    setup: { snap: name, patch },
  });
  return accepted(change.id);
}

function existing(document: JsonObject, name: string, key: string): unknown {
  const bad = invalidPart(key);
  if (bad !== undefined) throw new ApiError(500, `invalid option name: ${quote(bad)}`);
  const value = valueAt(document, key);
  if (value !== undefined) return value;
  const message = `snap ${quote(name)} has no ${quote(key)} configuration option`;
  throw badRequest(message, 'option-not-found', { SnapName: name, Key: key });
}

const confName = (request: ApiRequest): string => {
  const name = request.params.name ?? '';
  return name === 'system' ? 'core' : name;
};
