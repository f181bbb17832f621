import { findOperation, isOlder, type ArtifactReference } from '@corefleet/operations';
import { keyOf, type ValidationSet } from '@corefleet/validation-set-rules';
import type { AssessedDevice, AssessedSystem } from './assess';
import { labelOf } from './label-template';
import type { PlanNote } from './plan-note';
import { prune, type Making, type Pruning } from './prune';
import { setNotes } from './set-notes';
import { SEED_REFRESH } from './standing';

/*
 * What a wish for a recovery system takes on one device. The first line that fits decides.
 *
 * | the device                                                 | verdict |
 * | ---------------------------------------------------------- | ------- |
 * | is enrolled no more, or has not said which systems it has  | blocked |
 * | has none (classic, or Core without modes)                  | blocked |
 * | does not run normally, or its snapd is too old             | blocked |
 * | has what was wished for already, and `unlessFresh` is set  | nothing, or only removals |
 * | cannot have a system of these sets, of this label          | blocked |
 * | has no room for the files that it would fetch              | blocked |
 * | any other                                                  | change: create, then remove what is above `keep` |
 */

/** A wish whose sets are known, each at one sequence. */
export interface SystemWish {
  readonly label: string;
  readonly sets: readonly ValidationSet[];
  readonly test: boolean;
  readonly makeDefault: boolean;
  readonly offline: boolean;
  /** Systems of ours to keep, the new one included; all when absent. */
  readonly keep?: number;
  /** Leaves a device alone whose newest system of ours is what it would be made of. */
  readonly unlessFresh: boolean;
  readonly snaps?: readonly ArtifactReference[];
  readonly assertions?: readonly ArtifactReference[];
}

export interface Step {
  readonly operation: string;
  readonly parameters: Record<string, unknown>;
}

/** What happens to a system: `{kind: 'create-system' | 'remove-system', label, …}`. */
export type SystemAction = Readonly<Record<string, unknown>> & { readonly kind: string; readonly label: string };

export interface SystemPlan {
  readonly verdict: 'change' | 'nothing' | 'blocked';
  readonly actions: readonly SystemAction[];
  readonly blockers: readonly PlanNote[];
  readonly warnings: readonly PlanNote[];
  readonly steps: readonly Step[];
  /** Back to what the device had, as far as there is a way. */
  readonly rollback: readonly Step[];
}

/** What a plan needs besides the wish and the device. */
export interface PlanContext {
  readonly now: Date;
  /** What a validation set says, when the fleet has it. */
  bodyOf(key: string, sequence: number): ValidationSet | undefined;
}

const CREATE = 'create-recovery-system';
const REMOVE = 'remove-recovery-system';

/** Pure: what the wish takes on the device, by the table above. */
export function planDevice(wish: SystemWish, device: AssessedDevice, context: PlanContext): SystemPlan {
  const { systems } = device;
  const unfit = unfitFor(device);
  if (unfit || !systems) return blocked([unfit ?? UNHEARD]);
  if (wish.unlessFresh && systems.some((system) => isEnough(system, wish))) return onlyPruned(wish, systems, context);
  const sets = setNotes(wish.sets, { sets: device.row.sets, modelSnaps: device.row.modelSnaps }, context.bodyOf);
  const label = labelFor(wish, device, systems, context);
  const blockers = [...sets.blockers, ...(label.kind === 'none' ? [badLabel(label.why)] : []), ...noRoom(wish, device)];
  if (label.kind === 'none' || blockers.length > 0) return blocked(blockers);
  const making = { label: label.label, test: wish.test, markDefault: wish.makeDefault };
  return change(wish, making, { device, systems, now: context.now, warnings: sets.warnings });
}

const UNHEARD: PlanNote = {
  cause: 'inventory-unknown',
  message: 'the device has not said which recovery systems it has',
};

const badLabel = (message: string): PlanNote => ({ cause: 'label', message });

const blocked = (blockers: readonly PlanNote[]): SystemPlan => ({
  ...{ verdict: 'blocked', blockers, actions: [], warnings: [], steps: [], rollback: [] },
});

function unfitFor({ row, systems }: AssessedDevice): PlanNote | undefined {
  if (row.enrolmentId === null) return { cause: 'not-enrolled', message: 'the device is not enrolled any more' };
  if (systems?.length === 0) {
    if (row.onClassic) return { cause: 'classic', message: 'a classic system without modes has no recovery systems' };
    return { cause: 'no-recovery-systems', message: 'the device has no recovery systems' };
  }
  if (row.systemMode !== null && row.systemMode !== 'run')
    return { cause: 'not-in-run-mode', message: `the device is in mode ${row.systemMode}` };
  const since = findOperation(CREATE)?.since;
  if (row.snapdVersion !== null && since !== undefined && isOlder(row.snapdVersion, since)) {
    const message = `cannot ${CREATE} with snapd ${row.snapdVersion}: it takes snapd ${since} or newer`;
    return { cause: 'snapd-too-old', message };
  }
  return undefined;
}

/** Whether a system of ours is as good as the one wished for: of the same sets where some are asked for, else as running. */
function isEnough(system: AssessedSystem, { sets, test, makeDefault }: SystemWish): boolean {
  if (system.maker !== 'ours' || (test && system.tested !== true) || (makeDefault && !system.default)) return false;
  if (sets.length === 0) return system.fresh;
  return sets.every((set) => system.madeOf?.sets.get(keyOf(set)) === set.sequence);
}

function labelFor(
  { label, sets }: SystemWish,
  { row }: AssessedDevice,
  systems: readonly AssessedSystem[],
  { now }: PlanContext,
) {
  const [set] = sets;
  const date = now.toISOString().slice(0, 10).replaceAll('-', '');
  const about = { date, model: row.model, ...(set && { set: set.name, sequence: set.sequence }) };
  return labelOf(label, about, new Set(systems.map((system) => system.label)));
}

function noRoom({ snaps = [], assertions = [] }: SystemWish, { row }: AssessedDevice): PlanNote[] {
  const bytes = [...snaps, ...assertions].reduce((sum, { size }) => sum + size, 0);
  if (bytes === 0 || row.freeBytes === null || bytes <= row.freeBytes) return [];
  return [{ cause: 'no-room', message: `the files take ${bytes} bytes, more than the device has free` }];
}

interface Circumstances {
  readonly device: AssessedDevice;
  readonly systems: readonly AssessedSystem[];
  readonly now: Date;
  readonly warnings: readonly PlanNote[];
}

function change(wish: SystemWish, making: Making, { device, systems, now, warnings }: Circumstances): SystemPlan {
  const pruning = pruned(wish, systems, making, now);
  const { label, test, markDefault } = making;
  const sets = wish.sets.map((set) => `${keyOf(set)}=${set.sequence}`);
  return {
    verdict: 'change',
    blockers: [],
    actions: [
      { kind: 'create-system', label, sets, test, makeDefault: markDefault },
      ...pruning.remove.map((gone) => ({ kind: 'remove-system', label: gone })),
    ],
    warnings: [
      ...warnings,
      ...(device.row.seedRefresh ? [SEED_REFRESH] : []),
      ...(markDefault ? [NO_DEFAULT_BACK] : []),
      ...pruneWarnings(pruning),
    ],
    steps: [{ operation: CREATE, parameters: createParameters(wish, making, sets) }, ...removals(pruning.remove)],
    // The default one cannot be removed.
    rollback: markDefault ? [] : removals([label]),
  };
}

function createParameters(wish: SystemWish, making: Making, sets: readonly string[]): Record<string, unknown> {
  const { offline, snaps, assertions } = wish;
  return {
    label: making.label,
    ...(sets.length > 0 && { 'validation-sets': sets }),
    ...{ 'test-system': making.test, 'mark-default': making.markDefault },
    ...(offline && { offline }),
    ...(snaps && { snaps }),
    ...(assertions && { assertions }),
  };
}

function onlyPruned(wish: SystemWish, systems: readonly AssessedSystem[], { now }: PlanContext): SystemPlan {
  const pruning = pruned(wish, systems, undefined, now);
  return {
    verdict: pruning.remove.length > 0 ? 'change' : 'nothing',
    actions: pruning.remove.map((label) => ({ kind: 'remove-system', label })),
    blockers: [],
    warnings: pruneWarnings(pruning),
    steps: removals(pruning.remove),
    rollback: [],
  };
}

function pruned(
  { keep }: SystemWish,
  systems: readonly AssessedSystem[],
  making: Making | undefined,
  now: Date,
): Pruning {
  if (keep === undefined) return { remove: [], stay: [] };
  const kept = systems.map(({ maker, tested, ...system }) => ({
    ...{ label: system.label, current: system.current, default: system.default, madeAt: system.madeAt },
    ...{ ours: maker === 'ours', tested: tested === true },
  }));
  return prune(kept, keep, making, now);
}

const removals = (labels: readonly string[]): Step[] =>
  labels.map((label) => ({ operation: REMOVE, parameters: { label } }));

const NO_DEFAULT_BACK: PlanNote = {
  cause: 'default-stays',
  message: 'a rollback leaves the new system and its being the default: snapd has no request that changes the default',
};

function pruneWarnings({ remove, stay }: Pruning): PlanNote[] {
  const over = stay.map(({ why }) => ({
    cause: 'kept-above-limit',
    message: `a system of ours stays though it is above the limit: ${why}`,
  }));
  if (remove.length === 0) return over;
  return [...over, { cause: 'pruned-for-good', message: 'systems that are removed do not come back with a rollback' }];
}
