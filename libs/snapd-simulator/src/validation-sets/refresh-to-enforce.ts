import type { Change, Task } from '../changes/change';
import { checkSnapConflict } from '../changes/conflict';
import type { TaskHandler } from '../changes/runner';
import { storeError } from '../store/store-errors';
import type { Device } from '../device/device';
import { quoteAll } from '../go-text';
import { badRequest } from '../http/envelope';
import type { SnapAction } from '../snaps/action-request';
import { addSnapTasks } from '../snaps/build';
import { requiredComponents, withComponents } from '../snaps/components';
import { planRequired, Refusal, type SnapPlan } from '../snaps/plan';
import type { ValidationSetAssertion } from '../snaps/store';
import { combine } from './constraints';
import { parseSetReference, referenceText } from './reference';
import { enforcedWith, installedRevisions, withoutIgnored, type SetReference } from './tracking';
import { track } from './validation-sets-api';
import { unmet, type Lack, type Unmet } from './verdict';
import { conflictText } from './verdict-texts';

/** A set to enforce with the pin it was asked for. */
interface WantedSet {
  reference: SetReference;
  assertion: ValidationSetAssertion;
}

/** Refresh with `validation-sets`: makes the snaps fit, then enforces the sets (§6.3, §10.38). */
export function refreshToEnforce(device: Device, action: SnapAction): Change {
  const wanted = action.validationSets.map((text) => wantedSet(device, text));
  const sets = enforcedWith(
    device,
    wanted.map(({ assertion }) => assertion),
  );
  const conflict = conflictText(sets);
  if (conflict !== undefined) throw new Refusal(conflict);
  const lacking = unmet(withoutIgnored(device, sets), installedRevisions(device));
  const quoted = quoteAll(wanted.map(({ reference }) => referenceText(reference)));
  const summary = `Enforce validation sets ${quoted}`;
  if (!lacking) {
    checkSnapConflict(device.changes, []);
    enforceAll(device, wanted);
    return device.changes.spawnDone({ kind: 'refresh-snap', summary });
  }
  return run(device, summary, plansFor(device, lacking), wanted);
}

function plansFor(device: Device, lacking: Unmet): SnapPlan[] {
  refuseRemovals('snaps', lacking.invalid);
  refuseRemovals('components', lacking.components.invalid);
  const snaps = [...lacking.missing, ...lacking.wrongRevision].map(({ constraint }) =>
    planRequired(device, constraint.name, wantedRevision(constraint)),
  );
  const components = requiredComponents(lacking.components);
  return withComponents(device, snaps, components, 'cannot auto-resolve enforcement constraints: ').sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

function refuseRemovals(what: 'snaps' | 'components', invalid: readonly Lack[]): void {
  if (invalid.length === 0) return;
  const names = quoteAll(invalid.map(({ about }) => about));
  throw new Refusal(`cannot auto-resolve validation set constraints that require removing ${what}: ${names}`);
}

function wantedRevision(constraint: Lack['constraint']): number | undefined {
  const effective = combine(constraint);
  return effective.kind === 'required' || effective.kind === 'optional' ? effective.revision : undefined;
}

function run(device: Device, about: string, plans: SnapPlan[], wanted: WantedSet[]): Change {
  const snapNames = plans.map((plan) => plan.name);
  checkSnapConflict(device.changes, snapNames);
  const summary = `${about} for snaps ${quoteAll(snapNames)}`;
  const change = device.changes.spawn({ kind: 'refresh-snap', summary, snapNames });
  const lane = device.changes.newLane();
  const waits = plans.map((plan) => addSnapTasks(device, change, plan, lane)).filter((task): task is Task => !!task);
  device.changes.addTask(change, {
    kind: 'enforce-validation-sets',
    summary: 'Enforce validation sets',
    lane,
    waits,
    setup: wanted,
  });
  return change;
}

function wantedSet(device: Device, text: string): WantedSet {
  const reference = parsed(text);
  if (device.store.unreachable) throw new Refusal(storeError(device, 'Post', 'snaps/refresh'));
  const { accountId, name, sequence } = reference;
  const assertion = device.store.validationSet(accountId, name, sequence);
  if (!assertion) throw new Refusal('cannot fetch validation set assertions: validation-set assertion not found');
  return { reference, assertion };
}

function parsed(text: string): SetReference {
  try {
    return parseSetReference(text);
  } catch (cause) {
    throw badRequest(`cannot parse validation sets: ${(cause as Error).message}`);
  }
}

function enforceAll(device: Device, wanted: readonly WantedSet[]): void {
  for (const { reference, assertion } of wanted) track(device, assertion, 'enforce', reference.sequence);
}

/** The task that ends such a refresh; it has no undo. */
export const enforceHandler: TaskHandler<Device> = {
  do(device, task) {
    enforceAll(device, task.setup as WantedSet[]);
    return 'done';
  },
};
