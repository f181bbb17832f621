import type { Device } from '../device/device';
import { quote } from '../go-text';
import { ApiError, badRequest } from '../http/envelope';
import type { ValidationSetAssertion } from '../snaps/store';
import { storeError } from '../store/store-errors';
import { combine, gather } from '../validation-sets/constraints';
import { knownSet } from '../validation-sets/known';
import { parseSetReference, setPath } from '../validation-sets/reference';
import { trackedAssertions, type SetReference } from '../validation-sets/tracking';

/** A snap that is fetched for a system and not installed. */
export interface Download {
  name: string;
  revision: number;
  sizeBytes: number;
  channel: string;
}

/** What a system is made from besides the model. */
export interface ContentRequest {
  /** `acct/name[=sequence]` */
  references: readonly string[];
  offline: boolean;
  /** Revisions that came along in a form, by snap; undefined for a request that was none. */
  uploaded: ReadonlyMap<string, number> | undefined;
}

/**
 * The sets a system has to meet: the model's own that the device enforces, and those asked for. Where both name one,
 * the sequence the device follows wins without a word (§5.4).
 */
export function wantedSets(device: Device, request: ContentRequest): ValidationSetAssertion[] {
  const own = trackedAssertions(device, 'enforce').filter((set) => device.isModelSet(set));
  const names = new Set(own.map((set) => `${set.accountId}/${set.name}`));
  const asked = request.references.map(parsed).map((reference) => found(device, reference, request));
  return [...own, ...asked.filter((set) => !names.has(`${set.accountId}/${set.name}`))];
}

function parsed(text: string): SetReference {
  try {
    return parseSetReference(text);
  } catch (cause) {
    throw badRequest(`cannot parse validation sets: ${(cause as Error).message}`);
  }
}

function found(device: Device, reference: SetReference, { offline, uploaded }: ContentRequest): ValidationSetAssertion {
  const set = offline ? knownSet(device, reference) : fetched(device, reference);
  if (set) {
    device.sets.learn(set.accountId, set.name, set.sequence);
    return set;
  }
  const missing = 'validation-set assertion not found';
  if (uploaded) throw badRequest(`cannot find validation sets in db: ${missing}`);
  throw badRequest(`cannot fetch validation sets: ${missing}`);
}

function fetched(device: Device, reference: SetReference): ValidationSetAssertion | undefined {
  if (device.store.unreachable) {
    throw new ApiError(500, `cannot fetch validation sets: ${storeError(device, 'Get', setPath(reference))}`);
  }
  return device.store.validationSet(reference.accountId, reference.name, reference.sequence);
}

/** Snaps the sets want at another revision than the one there is. @throws what `fail` makes of a refusal */
export function systemDownloads(
  device: Device,
  sets: readonly ValidationSetAssertion[],
  request: ContentRequest,
  fail: (why: string) => ApiError,
): Download[] {
  const missing = device.modelSnaps().find(({ name, optional }) => !optional && !isThere(device, name, request));
  if (missing) throw fail(`missing required snap in model: ${missing.name}`);
  return gather(sets).flatMap((constraint): Download[] => {
    const { name } = constraint;
    const effective = combine(constraint);
    if (!device.isModelSnap(name)) {
      if (effective.kind === 'required') throw fail(`missing required snap in model: ${name}`);
      return [];
    }
    if (effective.kind === 'invalid') throw fail(`snap presence is marked invalid by validation set: ${name}`);
    const revision = effective.kind === 'conflict' ? undefined : effective.revision;
    return revision === undefined ? [] : downloadOf(device, { name, revision }, request, fail);
  });
}

const isThere = (device: Device, name: string, { uploaded }: ContentRequest): boolean =>
  device.snaps.has(name) || uploaded?.has(name) === true;

function downloadOf(
  device: Device,
  { name, revision }: { name: string; revision: number },
  { offline, uploaded }: ContentRequest,
  fail: (why: string) => ApiError,
): Download[] {
  const installed = device.snaps.get(name);
  if (installed?.revision === revision || uploaded?.get(name) === revision) return [];
  if (offline) throw fail(`cannot find snap ${quote(name)} at revision ${revision}`);
  const about = device.store.snap(name)?.revisions.get(revision);
  if (!about) throw fail('snap not found');
  return [{ name, revision, sizeBytes: about.sizeBytes, channel: installed?.tracking ?? 'latest/stable' }];
}
