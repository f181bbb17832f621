import type { Change, Task } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import type { JsonObject } from '../http/request';
import { activeConnections } from '../interfaces/connections';
import { findEnd } from '../interfaces/ends';
import { snapInfo } from '../snaps/local-snaps';
import { viewPath, type ConfdbView } from './schema';
import { getThrough } from './view';

/** What the schemas of one device store, by `account/schema`. */
export class Databags {
  readonly bags = new Map<string, JsonObject>();
}

/** Content of the schema a view belongs to. */
export const bagOf = (device: Device, { account, schema }: ConfdbView): JsonObject =>
  device.parts.peek(Databags)?.bags.get(`${account}/${schema}`) ?? {};

/** A snap whose connected plug lets it watch over a view. */
interface Custodian {
  snap: string;
  plug: string;
}

/** Snaps with a connected plug of the view in the role custodian; without one nothing is written. */
export function custodiansOf(device: Device, view: ConfdbView): Custodian[] {
  return activeConnections(device)
    .filter((connection) => connection.interface === 'confdb')
    .map(({ plug }) => ({ plug, attrs: findEnd(device, 'plugs', plug.snap, plug.name)?.attrs ?? {} }))
    .filter(({ attrs }) => attrs.account === view.account && attrs.view === `${view.schema}/${view.name}`)
    .filter(({ attrs }) => attrs.role === 'custodian')
    .map(({ plug }) => ({ snap: plug.snap, plug: plug.name }));
}

/** The change that answers a read: done at once, its values or why there are none in its data (§8.4). */
export function readChange(device: Device, view: ConfdbView, keys: readonly string[]): Change {
  const summary = `Get confdb through ${quote(viewPath(view))}`;
  return device.changes.spawnDone({ kind: 'get-confdb', summary, data: readThrough(device, view, keys) });
}

function readThrough(device: Device, view: ConfdbView, keys: readonly string[]): Record<string, unknown> {
  const bag = bagOf(device, view);
  if (keys.length === 0) {
    const all = getThrough(view.rules, bag, undefined);
    return all === undefined ? noData(`cannot get ${viewPath(view)}: no data`) : { values: all };
  }
  const values: Record<string, unknown> = {};
  for (const key of keys) {
    const value = getThrough(view.rules, bag, key);
    if (value !== undefined) values[key] = value;
  }
  if (Object.keys(values).length > 0) return { values };
  return noData(`cannot get ${keys.map(quote).join(', ')} through ${viewPath(view)}: no data`);
}

const noData = (message: string): Record<string, unknown> => ({ error: { kind: 'option-not-found', message } });

/** The change that writes: custodians may change and save it first, and are told afterwards. */
export function writeChange(device: Device, view: ConfdbView, bag: JsonObject): Change {
  const change = device.changes.spawn({ kind: 'set-confdb', summary: `Set confdb through ${quote(viewPath(view))}` });
  let last = add(device, change, 'clear-confdb-tx-on-error', `${CLEARS} (on error)`);
  last = addHooks(device, change, view, ['change-view', 'save-view'], last);
  const summary = `Commit changes to confdb (${viewPath(view)})`;
  last = add(device, change, 'commit-confdb-tx', summary, last, { view, bag } satisfies CommitSetup);
  last = addHooks(device, change, view, ['observe-view'], last);
  add(device, change, 'clear-confdb-tx', CLEARS, last);
  return change;
}

const CLEARS = 'Clears the ongoing confdb transaction from state';

function add(device: Device, change: Change, kind: string, summary: string, after?: Task, setup?: unknown): Task {
  return device.changes.addTask(change, {
    kind,
    summary,
    waits: after ? [after] : [],
    ...(setup !== undefined && { setup }),
  });
}

/** The hooks of a kind that custodians bring, one after the other. */
function addHooks(device: Device, change: Change, view: ConfdbView, kinds: readonly string[], after: Task): Task {
  let last = after;
  for (const kind of kinds) {
    for (const { snap, plug } of custodiansOf(device, view)) {
      const hook = `${kind}-${plug}`;
      if (!snapInfo(device, snap)?.hooks.includes(hook)) continue;
      const summary = `Run hook ${hook} of snap ${quote(snap)}`;
      last = device.changes.addTask(change, { kind: 'run-hook', summary, snaps: [snap], waits: [last] });
    }
  }
  return last;
}

interface CommitSetup {
  view: ConfdbView;
  bag: JsonObject;
}

/** commit-confdb-tx: from now on reads give what was written. */
export const commitConfdb: TaskHandler<Device> = {
  do(device, task) {
    const { view, bag } = task.setup as CommitSetup;
    device.parts.of(Databags).bags.set(`${view.account}/${view.schema}`, bag);
    return 'done';
  },
};
