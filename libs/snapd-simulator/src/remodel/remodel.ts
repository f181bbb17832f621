import { parseHeaders, type AssertionHeaders } from '../assertion-headers';
import { assertionsOf, readAssertions } from '../assertions/database';
import type { Change, Task } from '../changes/change';
import { checkExclusive, notSeeded } from '../changes/conflict';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { badRequest } from '../http/envelope';
import { addSnapTasks } from '../snaps/build';
import { Refusal, type SnapPlan } from '../snaps/plan';
import type { ValidationSetAssertion } from '../snaps/store';
import { addSystemTasks } from '../systems/create';
import { track } from '../validation-sets/validation-sets-api';
import { isSameModel, modelPlans, modelSets, remodelRefusal, revisionOf, type SnapSource } from './model-changes';

/** What the last task of a remodel needs. */
interface ModelSetup {
  text: string;
  label?: string;
  sets: ValidationSetAssertion[];
}

/**
 * POST /v2/model: makes the device one of another model, or of another revision of its own (§8.4). On Core the new model
 * gets a recovery system that is tested first, so the device reboots on the way (§5.5).
 * @param source whether the store may be asked, and the snaps that came along; offline all that the model needs has to
 * be there already or among those
 * @throws ApiError 400 `cannot remodel device: …`, 409 beside any other change
 */
export function startRemodel(device: Device, text: string, source: SnapSource): Change {
  if (!device.seeded) throw notSeeded();
  const model = parseHeaders(text);
  const refusal = remodelRefusal(device, model, source.offline);
  if (refusal !== undefined) throw badRequest(`cannot remodel device: ${refusal}`);
  checkExclusive(device.changes, 'remodel');
  const { sets, plans } = needs(device, model, source);
  const change = device.changes.spawn({ kind: 'remodel', summary: summaryOf(device.modelHeaders, model) });
  addTasks(device, change, { text, sets }, plans);
  return change;
}

function needs(
  device: Device,
  model: AssertionHeaders,
  source: SnapSource,
): { sets: ValidationSetAssertion[]; plans: SnapPlan[] } {
  try {
    const sets = modelSets(device, model, source.offline);
    return { sets, plans: modelPlans(device, model, sets, source) };
  } catch (error) {
    throw error instanceof Refusal ? badRequest(`cannot remodel device: ${error.message}`) : error;
  }
}

function summaryOf(from: AssertionHeaders, to: AssertionHeaders): string {
  const revision = revisionOf(to);
  if (isSameModel(from, to)) return `Refresh model assertion from revision ${revisionOf(from)} to ${revision}`;
  return `Remodel device to ${String(to['brand-id'])}/${String(to.model)} (${revision})`;
}

function addTasks(device: Device, change: Change, setup: ModelSetup, plans: readonly SnapPlan[]): void {
  const ready = plans.flatMap((plan) => addSnapTasks(device, change, plan, device.changes.newLane()) ?? []);
  const chains = [...change.tasks];
  const register = isSameModel(device.modelHeaders, parseHeaders(setup.text)) ? [] : [addRegistration(device, change)];
  const label = device.isCore ? freeLabel(device) : undefined;
  const tested = label === undefined ? register : [addSystem(device, change, { label, model: setup.text }, register)];
  for (const first of chains.filter((task) => task.waits.length === 0)) first.waits.push(...tested);
  device.changes.addTask(change, {
    kind: 'set-model',
    summary: 'Set new model assertion',
    waits: [...tested, ...ready],
    setup: { ...setup, ...(label !== undefined && { label }) } satisfies ModelSetup,
  });
}

/** A device of another model registers as one before it becomes one. */
function addRegistration(device: Device, change: Change): Task {
  return device.changes.addTask(change, { kind: 'request-serial', summary: 'Request new device serial' });
}

function addSystem(
  device: Device,
  change: Change,
  about: { label: string; model: string },
  after: readonly Task[],
): Task {
  const at = change.tasks.length;
  const last = addSystemTasks(device, change, { ...about, test: true, markDefault: true });
  change.tasks[at]?.waits.push(...after);
  return last;
}

/** Today's date, with a number when there is a system of that label (§5.5). */
function freeLabel(device: Device): string {
  const today = new Date(Number(device.clock.nowNs() / 1_000_000n)).toISOString().slice(0, 10).replace(/-/g, '');
  for (let at = 0; ; at++) {
    const label = at === 0 ? today : `${today}-${at}`;
    if (!device.systems.get(label)) return label;
  }
}

/** set-model: the device is one of the new model from now on, and boots from its system by default. */
export const setModelHandler: TaskHandler<Device> = {
  do(device, task) {
    const { text, label, sets } = task.setup as ModelSetup;
    const error = device.faults.modelSwitchError;
    device.faults.modelSwitchError = undefined;
    if (error !== undefined) {
      device.changes.log(task, 'INFO', `cannot complete remodel: cannot switch device: ${error}`);
      return 'done';
    }
    if (!isSameModel(device.modelHeaders, parseHeaders(text))) device.serial = serialFor(device.serial, text);
    device.takeModel(text);
    for (const known of [text, device.serial ?? '']) addKnown(device, known);
    if (label !== undefined) device.systems.current = label;
    for (const set of sets) track(device, set, 'enforce', pinnedIn(device.modelHeaders, set));
    return 'done';
  },
};

/** The sequence the model pins a set to, if it does. */
function pinnedIn(model: AssertionHeaders, { name, sequence }: ValidationSetAssertion): number | undefined {
  const sets = (model['validation-sets'] ?? []) as AssertionHeaders[];
  return sets.some((set) => set.name === name && set.sequence !== undefined) ? sequence : undefined;
}

/** The device's assertions hold its new model and serial from now on, beside the old ones. */
function addKnown(device: Device, text: string): void {
  for (const assertion of readAssertions(text)) assertionsOf(device).add(assertion);
}

/** The serial assertion of the same device as one of another model. */
function serialFor(serial: string | undefined, model: string): string | undefined {
  const { 'brand-id': brand, model: name } = parseHeaders(model);
  return serial
    ?.replace(/^(authority-id|brand-id): .*$/gm, (_line, header) => `${String(header)}: ${String(brand)}`)
    .replace(/^model: .*$/m, `model: ${String(name)}`);
}
