import type { DeviceNow, ModelNow, SnapNow, SystemNow, TrackedSet } from './device-now';

/*
 * What devices said, read for planning. Facts are a device's own words, and a device may say anything: what is not in the
 * shape of snapd's API is passed over, and a fact that is none at all is one that was not told.
 */

/** The facts of a device that plans are made from; null or undefined for one that was not told. */
export interface Facts {
  readonly snaps: unknown;
  readonly sets: unknown;
  readonly systemInfo: unknown;
  readonly model: unknown;
  readonly host: unknown;
}

/** What the facts tell, without what our own tables say of the device. */
export function readFacts(facts: Facts): Pick<DeviceNow, 'snaps' | 'sets' | 'system' | 'model' | 'freeBytes'> {
  return {
    snaps: readSnaps(facts.snaps),
    sets: Array.isArray(facts.sets) ? facts.sets.flatMap((set) => trackedSet(fieldsOf(set)) ?? []) : null,
    system: systemNow(fieldsOf(facts.systemInfo)),
    model: modelNow(fieldsOf(fieldsOf(facts.model)['headers'])),
    freeBytes: numberIn(fieldsOf(fieldsOf(facts.host)['disk']), 'free') ?? null,
  };
}

/** The installed snaps in the fact `snaps`; null when it was not told. */
export const readSnaps = (fact: unknown): SnapNow[] | null => (Array.isArray(fact) ? snapsNow(fact) : null);

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}

function numberIn(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === 'number' ? value : undefined;
}

const listIn = (fields: Fields, name: string): Fields[] => {
  const value = fields[name];
  return Array.isArray(value) ? value.map(fieldsOf) : [];
};

/** Of the revisions on disk the current one: the active, or of a disabled snap the one that was installed last. */
function snapsNow(listed: readonly unknown[]): SnapNow[] {
  const current = new Map<string, Fields>();
  for (const one of listed) {
    const fields = fieldsOf(one);
    const name = textIn(fields, 'name');
    if (name === undefined || textIn(fields, 'revision') === undefined) continue;
    const other = current.get(name);
    if (!other || isNewer(fields, other)) current.set(name, fields);
  }
  return [...current.values()].map(snapNow);
}

function isNewer(one: Fields, other: Fields): boolean {
  if (other['status'] === 'active') return false;
  return one['status'] === 'active' || (textIn(one, 'install-date') ?? '') > (textIn(other, 'install-date') ?? '');
}

function snapNow(fields: Fields): SnapNow {
  const type = textIn(fields, 'type') ?? 'app';
  return {
    name: textIn(fields, 'name') ?? '',
    id: textIn(fields, 'id'),
    revision: textIn(fields, 'revision') ?? '',
    ignoreValidation: fields['ignore-validation'] === true,
    components: componentsNow(listIn(fields, 'components')),
    type,
    base: textIn(fields, 'base') ?? (type === 'app' ? 'core' : undefined),
    channel: textIn(fields, 'tracking-channel') ?? '',
    sizeBytes: numberIn(fields, 'installed-size') ?? 0,
    hold: textIn(fields, 'hold'),
  };
}

/** snapd lists the components that are not there, too: as of no revision, or `unset`. */
function componentsNow(listed: readonly Fields[]): Record<string, string> {
  const there = listed.flatMap((fields): [string, string][] => {
    const [name, revision] = [textIn(fields, 'name'), textIn(fields, 'revision')];
    return name === undefined || revision === undefined || revision === 'unset' ? [] : [[name, revision]];
  });
  return Object.fromEntries(there);
}

function trackedSet(fields: Fields): TrackedSet | undefined {
  const [account, name, mode] = ['account-id', 'name', 'mode'].map((field) => textIn(fields, field));
  const sequence = numberIn(fields, 'sequence');
  if (account === undefined || name === undefined || sequence === undefined) return undefined;
  if (mode !== 'enforce' && mode !== 'monitor') return undefined;
  const pinnedAt = numberIn(fields, 'pinned-at');
  return { key: `${account}/${name}`, mode, sequence, pinnedAt, valid: fields['valid'] === true };
}

function systemNow(fields: Fields): SystemNow | null {
  const snapdVersion = textIn(fields, 'version');
  if (snapdVersion === undefined) return null;
  const refresh = fieldsOf(fields['refresh']);
  return {
    snapdVersion,
    refreshTimer: textIn(refresh, 'timer'),
    refreshHold: textIn(refresh, 'hold'),
    features: Object.entries(fieldsOf(fields['features'])).flatMap(([name, flag]) =>
      fieldsOf(flag)['enabled'] === true ? [name] : [],
    ),
  };
}

/** Models of Ubuntu Core 16 and 18 name kernel and gadget in headers of their own. */
function modelNow(headers: Fields): ModelNow | null {
  const brand = textIn(headers, 'brand-id');
  if (brand === undefined) return null;
  const named = ['base', 'kernel', 'gadget'].flatMap((header) => textIn(headers, header)?.split('=')[0] ?? []);
  const listed = listIn(headers, 'snaps').filter(({ presence }) => presence !== 'optional');
  const required = headers['required-snaps'];
  const old = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
  return {
    requiredSnaps: [...named, ...old, ...listed.flatMap((snap) => textIn(snap, 'name') ?? [])],
    sets: listIn(headers, 'validation-sets').flatMap((set) => modelSet(set, brand) ?? []),
  };
}

function modelSet(fields: Fields, brand: string): ModelNow['sets'][number] | undefined {
  const [name, mode] = [textIn(fields, 'name'), textIn(fields, 'mode')];
  if (name === undefined || (mode !== 'enforce' && mode !== 'prefer-enforce')) return undefined;
  const sequence = Number(textIn(fields, 'sequence'));
  const key = `${textIn(fields, 'account-id') ?? brand}/${name}`;
  return { key, mode, sequence: Number.isInteger(sequence) ? sequence : undefined };
}
