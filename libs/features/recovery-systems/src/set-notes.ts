import {
  combineSets,
  conflictLine,
  conflictsAmong,
  unionOf,
  type ValidationSet,
} from '@corefleet/validation-set-rules';
import type { ModelSnap } from './device-rows';
import type { TrackedSet } from './distance';
import type { PlanNote } from './plan-note';

/*
 * What a recovery system that is to be made with validation sets comes to on a device (snapd devicestate, systems). Counted
 * are the sets asked for, and those that the model lists and the device enforces; other enforced sets are passed over.
 *
 * | the sets together                                          | snapd                                            |
 * | ---------------------------------------------------------- | ------------------------------------------------ |
 * | the model's own is at another sequence than asked for      | takes its own without a word: we refuse          |
 * | conflict over a snap or component                          | refuses                                          |
 * | require a snap that the model does not have                | refuses                                          |
 * | forbid a snap of the model                                 | refuses                                          |
 * | anything else                                              | makes it, with the revisions that are pinned     |
 */

/** Whether sets can be asked for on a device. */
export interface SetNotes {
  readonly blockers: readonly PlanNote[];
  readonly warnings: readonly PlanNote[];
}

/**
 * Pure: what keeps the device from a system with these sets.
 * @param bodyOf what a set says, when the fleet has it
 */
export function setNotes(
  asked: readonly ValidationSet[],
  device: { readonly sets: readonly TrackedSet[]; readonly modelSnaps: readonly ModelSnap[] | null },
  bodyOf: (key: string, sequence: number) => ValidationSet | undefined,
): SetNotes {
  const own = device.sets.filter(({ mode, ofModel }) => mode === 'enforce' && ofModel);
  const overruled = asked.flatMap((set) => overruledBy(set, own));
  if (overruled.length > 0) return { blockers: overruled, warnings: [] };
  const bodies = own.flatMap(({ key, sequence }) => bodyOf(key, sequence) ?? []);
  const missing = own.filter(({ key, sequence }) => !bodyOf(key, sequence));
  const warnings = missing.map(({ key, sequence }) => ({
    cause: 'set-unknown',
    message: `cannot tell whether it fits ${key}=${sequence}, which the device enforces: it was not imported`,
  }));
  return { blockers: combinedBlockers(unionOf(bodies, asked), device.modelSnaps), warnings };
}

function overruledBy({ accountId, name, sequence }: ValidationSet, own: readonly TrackedSet[]): PlanNote[] {
  const key = `${accountId}/${name}`;
  const tracked = own.find((set) => set.key === key);
  if (!tracked || tracked.sequence === sequence) return [];
  const message =
    `snapd would make it of ${key}=${tracked.sequence}, which the model lists and the device enforces, ` +
    `without a word: enforce ${key}=${sequence} first`;
  return [{ cause: 'tracked-sequence-wins', message }];
}

function combinedBlockers(sets: readonly ValidationSet[], modelSnaps: readonly ModelSnap[] | null): PlanNote[] {
  const combined = combineSets(sets);
  const conflicts = conflictsAmong(combined).map((conflict) => ({
    cause: 'conflict',
    message: conflictLine(conflict),
  }));
  if (!modelSnaps || conflicts.length > 0) return conflicts;
  const ofModel = new Set(modelSnaps.map(({ name }) => name));
  return combined.flatMap(({ name, effective: { kind } }): PlanNote[] => {
    if (!ofModel.has(name) && kind === 'required')
      return [{ cause: 'snap-not-in-model', message: `snap "${name}" is required, and the model does not have it` }];
    if (ofModel.has(name) && kind === 'invalid')
      return [{ cause: 'snap-invalid', message: `snap "${name}" of the model is called invalid` }];
    return [];
  });
}
