import type { AssertionHeaders } from '../assertion-headers';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { planInstall, planRefresh, Refusal, type SnapPlan } from '../snaps/plan';
import type { SnapFile } from '../snap-files/read-snap';
import { fullChannel, type ValidationSetAssertion } from '../snaps/store';
import { combine, gather } from '../validation-sets/constraints';
import { knownSet } from '../validation-sets/known';
import { conflictText } from '../validation-sets/verdict-texts';

/** A snap as a model lists it. */
interface ModelSnap {
  name: string;
  channel: string;
}

/** A snap that came along with a remodel. */
export interface UploadedSnap {
  file: SnapFile;
  revision: number;
  path: string;
}

/** Where snaps and sets come from: the store, or offline what the device has and was given. */
export interface SnapSource {
  offline: boolean;
  files: ReadonlyMap<string, UploadedSnap>;
}

const GRADES = ['dangerous', 'signed', 'secured'];

const text = (value: unknown, fallback = ''): string => (typeof value === 'string' ? value : fallback);
const listOf = (value: unknown): AssertionHeaders[] => (Array.isArray(value) ? (value as AssertionHeaders[]) : []);

export const revisionOf = (model: AssertionHeaders): number => Number(text(model.revision, '0'));
export const isSameModel = (a: AssertionHeaders, b: AssertionHeaders): boolean =>
  a['brand-id'] === b['brand-id'] && a.model === b.model;

/** Why a device does not become one of the new model, or undefined (§8.4). */
export function remodelRefusal(device: Device, model: AssertionHeaders, offline: boolean): string | undefined {
  const current = device.modelHeaders;
  if (device.serial === undefined) return 'cannot remodel without a serial';
  if (model.series !== current.series) return 'cannot remodel to different series yet';
  if (model.architecture !== current.architecture) return 'cannot remodel to different architectures yet';
  if ((model.classic === 'true') !== (current.classic === 'true')) {
    return 'cannot remodel across classic and non-classic models';
  }
  const [from, to] = [text(current.grade, 'signed'), text(model.grade, 'signed')];
  if (GRADES.indexOf(to) < GRADES.indexOf(from)) return `cannot remodel from grade ${from} to grade ${to}`;
  if (!isSameModel(current, model)) {
    return offline ? 'cannot remodel offline to different brand ID / model yet' : undefined;
  }
  const [older, newer] = [revisionOf(current), revisionOf(model)];
  return newer < older ? `cannot remodel from revision ${older} to revision ${newer} of the model` : undefined;
}

/** Sets the model enforces or would rather enforce, as the store has them, or offline the device. @throws Refusal when one is not to be had */
export function modelSets(device: Device, model: AssertionHeaders, offline: boolean): ValidationSetAssertion[] {
  return listOf(model['validation-sets']).map((set) => {
    const accountId = text(set['account-id'], text(model['brand-id']));
    const name = text(set.name);
    const sequence = set.sequence === undefined ? undefined : Number(set.sequence);
    const assertion = offline
      ? knownSet(device, { accountId, name, sequence })
      : device.store.validationSet(accountId, name, sequence);
    if (!assertion) throw new Refusal(`cannot fetch validation set ${accountId}/${name}: assertion not found`);
    return assertion;
  });
}

/** What has to happen to snaps so that the device has those of the new model, at the revisions its sets ask for. */
export function modelPlans(
  device: Device,
  model: AssertionHeaders,
  sets: readonly ValidationSetAssertion[],
  source: SnapSource,
): SnapPlan[] {
  const conflict = conflictText(sets);
  if (conflict !== undefined) throw new Refusal(conflict);
  const plan = source.offline ? planOffline : planFromStore;
  return requiredSnaps(model).flatMap((snap) => plan(device, snap, pinOf(sets, snap.name), source) ?? []);
}

function requiredSnaps(model: AssertionHeaders): ModelSnap[] {
  const listed = listOf(model.snaps).filter((snap) => snap.presence !== 'optional');
  return listed.map((snap) => ({ name: text(snap.name), channel: text(snap['default-channel'], 'latest/stable') }));
}

type Planner = (device: Device, snap: ModelSnap, pin: number | undefined, source: SnapSource) => SnapPlan | undefined;

const planFromStore: Planner = (device, snap, revision) => {
  const { name, channel } = snap;
  const installed = device.snaps.get(name);
  if (staysAsItIs(device, snap, revision)) return undefined;
  const wish = { channel, revision, ignoreValidation: true };
  return installed ? planRefresh(device, installed, { ...wish, unnamed: true }) : planInstall(device, name, wish);
};

const planOffline: Planner = (device, snap, pin, { files }) => {
  const { name, channel } = snap;
  const installed = device.snaps.get(name);
  if (staysAsItIs(device, snap, pin)) return undefined;
  const common = { name, channel, tracking: fullChannel(channel), cohort: installed?.cohort };
  const uploaded = files.get(name);
  if (uploaded && (pin ?? uploaded.revision) === uploaded.revision) {
    const { file, path, revision } = uploaded;
    const action = installed ? 'refresh' : 'install';
    return { ...common, action, revision, sizeBytes: file.info.sizeBytes, file, path };
  }
  if (!installed || (pin ?? installed.revision) !== installed.revision) {
    throw new Refusal(`no snap file provided for ${quote(name)}`);
  }
  return { ...common, action: 'switch', revision: installed.revision, sizeBytes: 0 };
};

/** What the model follows as before stays as it is, wherever the device itself has taken it. */
function staysAsItIs(device: Device, { name, channel }: ModelSnap, pin: number | undefined): boolean {
  const installed = device.snaps.get(name);
  const before = requiredSnaps(device.modelHeaders).find((snap) => snap.name === name);
  return installed !== undefined && before?.channel === channel && (pin ?? installed.revision) === installed.revision;
}

function pinOf(sets: readonly ValidationSetAssertion[], name: string): number | undefined {
  const constraint = gather(sets).find((other) => other.name === name);
  const effective = constraint && combine(constraint);
  return effective && 'revision' in effective ? effective.revision : undefined;
}
