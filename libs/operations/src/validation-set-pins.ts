import type { SnapdClient, ValidationSet } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { parseValidationSet } from './fields';
import { notVerified, readBefore, verified, type Verdict } from './operation';
import type { UndoStep } from './undo';

/** What one set must be afterwards; `absent` for one that was forgotten. */
export type WantedSet =
  | { readonly key: string; readonly mode: 'monitor' | 'enforce'; readonly sequence?: number }
  | { readonly key: string; readonly mode: 'absent' };

const Pin = z.object({ key: z.string(), mode: z.optional(z.string()), pinnedAt: z.optional(z.number()) });
type Pin = z.infer<typeof Pin>;
const Pins = z.array(Pin);

/** What is tracked now, and where it is pinned: kept with the intent. A JSON value. */
export async function observeSets(client: SnapdClient): Promise<unknown> {
  return (await client.validationSets.list()).map((set) => ({
    key: keyOf(set),
    ...(set.mode && { mode: set.mode }),
    ...(set['pinned-at'] !== undefined && { pinnedAt: set['pinned-at'] }),
  }));
}

/** The sets of a refresh-and-enforce, as they must be afterwards. */
export function wantedPins(sets: readonly string[]): WantedSet[] {
  return sets.map((text) => {
    const { accountId, name, sequence } = parseValidationSet(text);
    return { key: `${accountId}/${name}`, mode: 'enforce', ...(sequence !== undefined && { sequence }) };
  });
}

/**
 * Whether each wanted set is in its mode, at its sequence and valid, and every other set where it was: snapd has been
 * seen to unpin sets that were not asked about.
 * @param before what `observeSets` saw
 */
export async function verifySets(client: SnapdClient, before: unknown, wanted: readonly WantedSet[]): Promise<Verdict> {
  const shown = await client.validationSets.list();
  const problem = wanted.map((want) => problemOf(want, shown)).find((found) => found !== undefined);
  const moved = problem ?? movedPin(before, shown, wanted);
  return moved === undefined ? verified(shown) : notVerified(moved, shown);
}

/**
 * What puts these sets back to how `observeSets` saw them. A set that was enforced makes the snaps fit it again: as they
 * are now, snapd would refuse it.
 * @param removing what else has to be done while none of the sets is enforced: snapd removes no snap that one requires
 */
export function undoSets(before: unknown, keys: readonly string[], removing: readonly UndoStep[] = []): UndoStep[] {
  const pins = readBefore(Pins, before);
  if (!pins) return [...removing];
  const was = keys.map((key) => ({ key, ...pins.find((pin) => pin.key === key) }));
  const enforced = was.filter(({ mode }) => mode === 'enforce');
  const others = was.filter(({ mode }) => mode !== 'enforce');
  return [
    ...others.map((pin) => setStep(pin.mode === undefined ? 'forget' : 'monitor', pin)),
    ...(removing.length > 0 ? enforced.map((pin) => setStep('monitor', pin)) : []),
    ...removing,
    ...enforced.map((pin) => setStep('enforce', pin, { refresh: true })),
  ];
}

function setStep(what: string, { key, pinnedAt }: Pick<Pin, 'key' | 'pinnedAt'>, more: object = {}): UndoStep {
  const reference = pinnedAt === undefined ? key : `${key}=${pinnedAt}`;
  return { operation: `${what}-validation-set`, parameters: { 'validation-set': reference, ...more } };
}

/** What `undoSets` may ask for. */
export const setOperations = ['enforce-validation-set', 'forget-validation-set', 'monitor-validation-set'] as const;

const keyOf = (set: ValidationSet): string => `${set['account-id']}/${set.name}`;

function problemOf(want: WantedSet, shown: readonly ValidationSet[]): string | undefined {
  const set = shown.find((candidate) => keyOf(candidate) === want.key);
  if (want.mode === 'absent') return set && `validation set ${want.key} is still tracked`;
  if (!set) return `validation set ${want.key} is not tracked`;
  if (set.mode !== want.mode) return `validation set ${want.key} is in mode ${set.mode}, not ${want.mode}`;
  if (want.sequence !== undefined) {
    if (set['pinned-at'] !== want.sequence)
      return `validation set ${want.key} is pinned at ${set['pinned-at'] ?? 'nothing'}, not ${want.sequence}`;
    if (set.sequence !== want.sequence)
      return `validation set ${want.key} is at sequence ${set.sequence}, not ${want.sequence}`;
  }
  if (want.mode === 'enforce' && !set.valid) return `validation set ${want.key} is not valid`;
  return undefined;
}

function movedPin(before: unknown, shown: readonly ValidationSet[], wanted: readonly WantedSet[]): string | undefined {
  for (const { key, mode, pinnedAt } of readBefore(Pins, before) ?? []) {
    if (wanted.some((want) => want.key === key)) continue;
    const set = shown.find((candidate) => keyOf(candidate) === key);
    if (!set) return `validation set ${key} is no longer tracked`;
    if (set.mode !== mode) return `validation set ${key} went from mode ${mode} to ${set.mode}`;
    if (set['pinned-at'] !== pinnedAt)
      return `validation set ${key} went from pin ${pinnedAt ?? 'none'} to ${set['pinned-at'] ?? 'none'}`;
  }
  return undefined;
}
