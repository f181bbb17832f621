import type { FactName } from '@corefleet/contracts/device-protocol';

/** One thing that became another: of a list its entry, of an object a member of it. Which of `from` and `to` there are says how. */
export interface Difference {
  /** Of a list: the name, label or words of the entry. */
  readonly item?: string;
  /** The member that changed, dotted where it is inside another; absent where an entry came or went. */
  readonly path?: string;
  /** Absent: it was not there. */
  readonly from?: unknown;
  /** Absent: it is there no more. */
  readonly to?: unknown;
}

type Json = Readonly<Record<string, unknown>>;

/** What an entry of a fact's list is called by. Two of one name count as one, the last. */
const NAMES: Partial<Record<FactName, (entry: Json) => unknown>> = {
  'validation-sets': (set) => `${String(set['account-id'])}/${String(set['name'])}`,
  systems: (system) => system['label'],
  warnings: (warning) => warning['message'],
};

/**
 * How a fact's value became another, for people to read: entries by name, members by member. Nothing where both say the same
 * in another order.
 */
export function differencesOf(name: FactName, before: unknown, after: unknown): Difference[] {
  if (name === 'snaps') return betweenEntries(snapsOf(before), snapsOf(after));
  const naming = NAMES[name];
  if (naming && Array.isArray(before) && Array.isArray(after)) {
    return betweenEntries(byName(before, naming), byName(after, naming));
  }
  return betweenMembers(membersOf(before), membersOf(after));
}

type Entries = ReadonlyMap<string, unknown>;

function betweenEntries(before: Entries, after: Entries): Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((item): Difference[] => {
    if (!before.has(item)) return [{ item, to: after.get(item) }];
    if (!after.has(item)) return [{ item, from: before.get(item) }];
    const members = betweenMembers(membersOf(before.get(item)), membersOf(after.get(item)));
    return members.map((member) => ({ item, ...member }));
  });
}

function betweenMembers(before: Entries, after: Entries): Difference[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths
    .filter((path) => JSON.stringify(before.get(path)) !== JSON.stringify(after.get(path)))
    .map((path) => ({
      ...(path !== '' && { path }),
      ...(before.has(path) && { from: before.get(path) }),
      ...(after.has(path) && { to: after.get(path) }),
    }));
}

/** The members of an object, dotted where they are inside another; lists are looked at whole. What is no object has the path ''. */
function membersOf(value: unknown, path = ''): Entries {
  if (!isObject(value)) return new Map([[path, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, member]) => [...membersOf(member, path === '' ? key : `${path}.${key}`)]),
  );
}

function byName(list: readonly unknown[], naming: (entry: Json) => unknown): Entries {
  return new Map(list.filter(isObject).map((entry) => [String(naming(entry)), entry]));
}

/** Members of a snap that its words, pictures and sizes would hide. */
const SNAP_MEMBERS = [
  ...['revision', 'version', 'channel', 'tracking-channel', 'status', 'confinement', 'devmode', 'cohort-key', 'hold'],
  ...['gating-hold', 'refresh-inhibit', 'refresh-failures', 'components', 'health', 'broken', 'ignore-validation'],
] as const;

/** By name, the active revision or the one listed last, with all that lie on the disk. */
function snapsOf(value: unknown): Entries {
  const listed = Array.isArray(value) ? value.filter(isObject) : [];
  const shown = new Map<string, Json>();
  const onDisk = new Map<string, unknown[]>();
  for (const snap of listed) {
    const name = String(snap['name']);
    onDisk.set(name, [...(onDisk.get(name) ?? []), snap['revision']]);
    if (shown.get(name)?.['status'] !== 'active') shown.set(name, snap);
  }
  return new Map(
    [...shown].map(([name, snap]) => [name, { ...picked(snap), 'on-disk': onDisk.get(name)?.sort(byNumber) }]),
  );
}

function picked(snap: Json): Json {
  const members = SNAP_MEMBERS.filter((member) => member in snap);
  return Object.fromEntries(
    members.map((member) => [member, member === 'components' ? componentsOf(snap[member]) : snap[member]]),
  );
}

const componentsOf = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.filter(isObject).map(({ name, revision }) => `${String(name)} ${String(revision)}`)
    : value;

const byNumber = (one: unknown, two: unknown): number =>
  String(one).localeCompare(String(two), 'en', { numeric: true });

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
