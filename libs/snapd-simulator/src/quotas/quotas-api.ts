import type { ServiceSetup } from '../apps/apps-api';
import { notSeeded } from '../changes/conflict';
import type { Change } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { accepted, ApiError, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { decodeObject, stringField, stringListField, type ApiRequest, type JsonObject } from '../http/request';
import type { RouteTable } from '../http/routes';
import { snapInfo } from '../snaps/local-snaps';
import { quotaJson, quotaNameError, Quotas, type QuotaGroup } from './quotas';

export const QUOTA_ROUTES: RouteTable = [
  ['/v2/quotas', { read: 'open', write: 'root', GET: getQuotas, POST: postQuotas }],
  ['/v2/quotas/{group}', { read: 'open', write: 'root', GET: getQuota }],
];

interface QuotaSetup {
  name: string;
  /** What the group is to be; undefined when it goes. */
  next?: QuotaGroup;
  before?: QuotaGroup;
}

/** GET /v2/quotas */
function getQuotas(device: Device): Reply {
  const quotas = device.parts.peek(Quotas);
  const groups = [...(quotas?.groups.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sync(quotas ? groups.map((group) => quotaJson(quotas, group)) : []);
}

/** GET /v2/quotas/{group} */
function getQuota(device: Device, request: ApiRequest): Reply {
  const name = request.params.group ?? '';
  const bad = quotaNameError(name);
  if (bad !== undefined) throw badRequest(bad);
  const quotas = device.parts.of(Quotas);
  const group = quotas.groups.get(name);
  if (!group) throw notFound(`cannot find quota group ${quote(name)}`);
  return sync(quotaJson(quotas, group));
}

/** POST /v2/quotas */
function postQuotas(device: Device, request: ApiRequest): Reply {
  const body = decodeObject(request, 'cannot decode quota action from request body');
  const name = stringField(body, 'group-name');
  const bad = quotaNameError(name);
  if (bad !== undefined) throw badRequest(bad);
  if (!device.seeded) throw notSeeded();
  const action = stringField(body, 'action');
  if (action === 'ensure') return accepted(ensure(device, name, body).id);
  if (action === 'remove') return accepted(remove(device, name).id);
  throw badRequest(`unknown quota action ${quote(action)}`);
}

function ensure(device: Device, name: string, body: JsonObject): Change {
  const known = device.parts.of(Quotas).groups.get(name);
  const verb = known ? 'update' : 'create';
  const fail = (why: string): ApiError => badRequest(`cannot ${verb} quota group: ${why}`);
  const snaps = stringListField(body, 'snaps');
  const missing = snaps.find((snap) => !device.snaps.has(snap));
  if (missing !== undefined)
    throw fail(`cannot use snap ${quote(missing)} in group ${quote(name)}: snap ${quote(missing)} is not installed`);
  const parent = stringField(body, 'parent') || known?.parent;
  if (parent !== undefined && !device.parts.of(Quotas).groups.has(parent)) {
    throw fail(`cannot create group under non-existent parent group ${quote(parent)}`);
  }
  const constraints = { ...known?.constraints, ...(body.constraints as JsonObject | undefined) };
  if (Object.keys(constraints).length === 0 && !known)
    throw fail('quota group must have at least one resource limit set');
  checkNotBusy(device, name);
  const next: QuotaGroup = {
    name,
    ...(parent !== undefined && { parent }),
    snaps: [...new Set([...(known?.snaps ?? []), ...snaps])],
    services: [...new Set([...(known?.services ?? []), ...stringListField(body, 'services')])],
    constraints,
  };
  return start(device, known ? 'Update' : 'Create', { name, next, before: known }, snaps);
}

function remove(device: Device, name: string): Change {
  const quotas = device.parts.of(Quotas);
  const before = quotas.groups.get(name);
  const fail = (why: string): ApiError => badRequest(`cannot remove quota group: ${why}`);
  if (!before) throw fail(`cannot remove non-existent quota group ${quote(name)}`);
  if (quotas.below(name).length > 0) {
    throw fail(`cannot remove quota group ${quote(name)} with sub-groups, remove the sub-groups first`);
  }
  checkNotBusy(device, name);
  return start(device, 'Remove', { name, before }, before.snaps);
}

function start(device: Device, verb: string, setup: QuotaSetup, snaps: readonly string[]): Change {
  const change = device.changes.spawn({ kind: 'quota-control', summary: `${verb} quota group` });
  change.snapNames = snaps;
  const lane = device.changes.newLane();
  device.changes.addTask(change, {
    kind: 'quota-control',
    summary: `${verb} quota group ${quote(setup.name)}`,
    lane,
    ...(snaps.length > 0 && { snaps }),
    setup,
  });
  for (const snap of snaps) restartServices(device, change, { snap, lane });
  return change;
}

/** A service moves to another cgroup only when it starts anew. */
function restartServices(device: Device, change: Change, { snap, lane }: { snap: string; lane: number }): void {
  const services = (snapInfo(device, snap)?.apps ?? []).flatMap(({ name, daemon }) => (daemon ? [name] : []));
  if (services.length === 0) return;
  const setup: ServiceSetup = { snap, services, action: 'restart', enable: false, disable: false };
  const summary = `Restarting services for snap ${quote(snap)}`;
  device.changes.addTask(change, { kind: 'service-control', summary, lane, snaps: [snap], setup });
}

function checkNotBusy(device: Device, name: string): void {
  const busy = device.changes
    .unready()
    .find((change) =>
      change.tasks.some(
        (task) => (task.setup as Partial<QuotaSetup> | undefined)?.name === name && task.kind === 'quota-control',
      ),
    );
  if (!busy) return;
  const value = { 'change-kind': busy.kind, 'quota-name': name };
  throw new ApiError(
    409,
    `quota group ${quote(name)} has ${quote(busy.kind)} change in progress`,
    'quota-change-conflict',
    value,
  );
}

/** quota-control */
export const quotaHandler: TaskHandler<Device> = {
  do(device, task) {
    const { name, next } = task.setup as QuotaSetup;
    const { groups } = device.parts.of(Quotas);
    if (next) groups.set(name, next);
    else groups.delete(name);
    return 'done';
  },
};
