import { checkSnapConflict, notSeeded } from '../changes/conflict';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { accepted, badRequest, sync, type Reply } from '../http/envelope';
import { decodeObject, stringField, stringListField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import { aliasPlace, type AliasSetup } from './alias-tasks';
import { Aliases, type AliasTarget } from './aliases';

export const ALIAS_ROUTES: RouteTable = [
  ['/v2/aliases', { read: 'open', write: 'authenticated', GET: getAliases, POST: postAliases }],
];

/** GET /v2/aliases: snap, then alias, with what it runs. */
function getAliases(device: Device): Reply {
  const aliases = device.parts.peek(Aliases);
  const snaps = [...(aliases?.bySnap ?? [])].filter(([, targets]) => targets.size > 0);
  return sync(
    Object.fromEntries(
      snaps.map(([snap, targets]) => [
        snap,
        Object.fromEntries([...targets].map(([alias, target]) => [alias, aliasJson(aliases, snap, target)])),
      ]),
    ),
  );
}

function aliasJson(aliases: Aliases | undefined, snap: string, { manual, auto }: AliasTarget): unknown {
  const effective = manual ?? (aliases?.autoDisabled.has(snap) ? undefined : auto);
  const status = effective === undefined ? 'disabled' : manual === undefined ? 'auto' : 'manual';
  return {
    command: command(snap, effective ?? auto ?? ''),
    status,
    ...(manual !== undefined && { manual }),
    ...(auto !== undefined && { auto }),
  };
}

const command = (snap: string, app: string): string => (snap === app ? snap : `${snap}.${app}`);

interface Plan {
  kind: string;
  summary: string;
  task: { kind: string; summary: string };
  setup: AliasSetup;
}

/** POST /v2/aliases */
function postAliases(device: Device, request: ApiRequest): Reply {
  const body = decodeObject(request, 'an alias action');
  if (stringListField(body, 'aliases').length > 0) {
    throw badRequest('cannot interpret request, snaps can no longer be expected to declare their aliases');
  }
  const [action, snap] = [stringField(body, 'action'), stringField(body, 'snap')];
  const alias = stringField(body, 'alias');
  const plan = planOf(device, action, { snap, app: stringField(body, 'app'), alias });
  if (!device.seeded) throw notSeeded();
  checkSnapConflict(device.changes, [plan.setup.snap]);
  const change = device.changes.spawn({ kind: plan.kind, summary: plan.summary });
  change.snapNames = [plan.setup.snap];
  device.changes.addTask(change, { ...plan.task, ...aliasPlace(device, plan.setup.snap), setup: plan.setup });
  return accepted(change.id);
}

function planOf(device: Device, action: string, asked: Required<Pick<AliasSetup, 'snap' | 'app' | 'alias'>>): Plan {
  if (action === 'alias') return planAlias(device, asked);
  if (action === 'unalias') return planUnalias(device, asked.snap, asked.alias);
  if (action !== 'prefer') throw badRequest(`unsupported alias action: ${quote(action)}`);
  const snap = installed(device, asked.snap);
  const summary = `Prefer aliases of snap ${quote(snap)}`;
  const task = { kind: 'prefer-aliases', summary: `Prefer aliases for snap ${quote(snap)}` };
  return { kind: 'prefer', summary, task, setup: { snap } };
}

function planAlias(device: Device, { snap, app, alias }: Required<Pick<AliasSetup, 'snap' | 'app' | 'alias'>>): Plan {
  installed(device, snap);
  if (!/^[a-zA-Z0-9][-_.a-zA-Z0-9]*$/.test(alias)) throw badRequest(`invalid alias name: ${quote(alias)}`);
  const target = `${quote(alias)} => ${quote(app)} for snap ${quote(snap)}`;
  const task = { kind: 'alias', summary: `Setup manual alias ${target}` };
  return { kind: 'alias', summary: `Setup alias ${target}`, task, setup: { snap, app, alias } };
}

/** An alias may be told by a snap's name, which then means all of the snap's. */
function planUnalias(device: Device, asked: string, alias: string): Plan {
  const snap = alias === asked && !device.snaps.has(asked) ? '' : asked;
  if (snap !== '') {
    installed(device, snap);
    const task = { kind: 'disable-aliases', summary: `Disable aliases for snap ${quote(snap)}` };
    return { kind: 'unalias', summary: `Disable all aliases for snap ${quote(snap)}`, task, setup: { snap } };
  }
  const owner = device.parts.peek(Aliases)?.ownerOfManual(alias);
  if (owner === undefined) throw badRequest(`cannot find manual alias ${quote(alias)} in any snap`);
  const summary = `Remove manual alias ${quote(alias)} for snap ${quote(owner)}`;
  return { kind: 'unalias', summary, task: { kind: 'unalias', summary }, setup: { snap: owner, alias } };
}

function installed(device: Device, snap: string): string {
  if (!device.snaps.has(snap)) throw badRequest(`snap ${quote(snap)} is not installed`, 'snap-not-installed', snap);
  return snap;
}
