import { broken, quoted } from '../errors';
import {
  isSnapName,
  mapList,
  matchingText,
  optionalFlag,
  optionalText,
  oneOf,
  requiredText,
  SNAP_ID,
  textList,
} from '../header-checks';
import { isMap, type HeaderMap } from '../headers';

const TYPES = ['app', 'base', 'gadget', 'kernel', 'core', 'snapd'] as const;
const PRESENCES = ['required', 'optional'] as const;
const MODE = /^[a-z][-a-z]+$/;

/** A snap of a model that lists its snaps. */
export interface ModelSnap {
  name: string;
  /** Snaps of a dangerous model may have none. */
  id: string | undefined;
  type: (typeof TYPES)[number];
  presence: (typeof PRESENCES)[number];
}

/**
 * Reads the header `snaps`. Whether a base is one of snapd's well-known ones, and the form of channels beyond that there
 * is one, are left to snapd.
 * @throws BrokenRuleError (the rules and their words: snapd asserts/model.go)
 */
export function readModelSnaps(headers: HeaderMap, grade: string, classic: boolean): ModelSnap[] {
  const base = requiredText(headers, 'base');
  const entries = mapList(headers, 'snaps', '"snaps" header must be a list of maps');
  const snaps = entries.map((entry) => readSnap(entry, base, grade, classic));
  refuseTwice(snaps);
  for (const type of ['snapd', 'kernel', 'gadget'] as const) atMostOne(snaps, type);
  const has = (type: string) => snaps.some((snap) => snap.type === type);
  for (const type of ['gadget', 'kernel']) {
    if (!classic && !has(type)) broken(`one "snaps" header entry must specify the model ${type}`);
  }
  if (classic && has('kernel') && !has('gadget'))
    broken('cannot specify a kernel in an extended classic model without a model gadget');
  return snaps;
}

function readSnap(entry: HeaderMap, base: string, grade: string, classicModel: boolean): ModelSnap {
  const name = requiredText(entry, 'name', 'of snap');
  if (!isSnapName(name)) broken(`invalid snap name ${quoted(name)}`);
  const what = `of snap ${quoted(name)}`;
  const id = entry.id === undefined ? undefined : matchingText(entry, 'id', SNAP_ID, what);
  if (id === undefined && grade !== 'dangerous') broken(`"id" ${what} is mandatory for ${grade} grade model`);
  const type = oneOf(entry, 'type', TYPES, what);
  if (name === base && type !== 'base')
    broken(`boot base ${quoted(base)} must specify type "base", not ${quoted(type)}`);
  const essential = type === 'snapd' || type === 'kernel' || type === 'gadget' || name === base;
  if (essential && entry.presence !== undefined)
    broken(`essential snaps are always available, cannot specify presence for snap ${quoted(name)}`);
  const presence = oneOf(entry, 'presence', PRESENCES, what);
  const modes = textList(entry, 'modes', MODE, `"modes" ${what}`);
  if (essential && modes.length > 0) broken(`essential snaps are always available, cannot specify modes ${what}`);
  if (optionalText(entry, 'default-channel', what)?.startsWith('/'))
    broken(`invalid default channel for snap ${quoted(name)}`);
  checkClassic(entry, name, type, classicModel);
  checkComponents(entry, what);
  return { name, id, type, presence };
}

function checkClassic(entry: HeaderMap, name: string, type: string, classicModel: boolean): void {
  if (!optionalFlag(entry, 'classic', `of snap ${quoted(name)}`)) return;
  if (!classicModel) broken(`snap ${quoted(name)} cannot be classic in non-classic model`);
  if (type !== 'app') broken(`snap ${quoted(name)} cannot be classic with type ${quoted(type)} instead of app`);
}

function checkComponents({ components }: HeaderMap, what: string): void {
  if (components === undefined) return;
  if (!isMap(components)) broken(`"components" ${what} must be a map from strings to components`);
  for (const [name, value] of Object.entries(components)) {
    if (!isSnapName(name)) broken(`invalid component name ${name}`);
    const whatComponent = `of component ${quoted(name)} ${what}`;
    const presence = isMap(value) ? requiredText(value, 'presence', whatComponent) : value;
    if (presence !== 'required' && presence !== 'optional')
      broken(`presence ${whatComponent} must be one of required|optional`);
  }
}

function refuseTwice(snaps: readonly ModelSnap[]): void {
  const names = snaps.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) broken(`cannot list the same snap ${quoted(twice)} multiple times`);
  const withId = snaps.filter(({ id }) => id !== undefined);
  for (const { id, name } of withId) {
    const first = withId.find((snap) => snap.id === id);
    if (id !== undefined && first && first.name !== name)
      broken(
        `cannot specify the same snap id ${quoted(id)} multiple times, specified for snaps "${first.name}" and "${name}"`,
      );
  }
}

function atMostOne(snaps: readonly ModelSnap[], type: string): void {
  const [first, second] = snaps.filter((snap) => snap.type === type);
  if (first && second) broken(`cannot specify multiple ${type} snaps: "${first.name}" and "${second.name}"`);
}
