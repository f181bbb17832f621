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

/** Facts that are lists, as entries by what people call them; undefined of a value of another shape. */
const LISTS: Partial<Record<FactName, (value: unknown) => Entries | undefined>> = {
  snaps: snapsOf,
  'validation-sets': listedBy((set) => `${String(set['account-id'])}/${String(set['name'])}`),
  systems: listedBy((system) => system['label']),
  services: listedBy((service) => `${String(service['snap'])}.${String(service['name'])}`),
  warnings: listedBy((warning) => warning['message']),
  connections: connectionsOf,
};

/**
 * How a fact's value became another, for people to read: entries by name, members by member. Two entries of one name count as
 * one, the last. Nothing where both say the same in another order.
 */
export function differencesOf(name: FactName, before: unknown, after: unknown): Difference[] {
  const [one, two] = [LISTS[name]?.(before), LISTS[name]?.(after)];
  return one && two ? betweenEntries(one, two) : betweenMembers(membersOf(before), membersOf(after));
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

function listedBy(naming: (entry: Json) => unknown): (value: unknown) => Entries | undefined {
  return (value) =>
    Array.isArray(value) ? new Map(value.filter(isObject).map((entry) => [String(naming(entry)), entry])) : undefined;
}

/** By both ends, those that somebody undid among them. */
function connectionsOf(value: unknown): Entries | undefined {
  if (!isObject(value)) return undefined;
  return new Map(
    ['established', 'undesired'].flatMap((state) => {
      const listed = value[state];
      return Array.isArray(listed) ? listed.filter(isObject).map((entry) => [endsOf(entry), { ...entry, state }]) : [];
    }),
  );
}

/** As snapd's own tools write a connection. */
function endsOf({ plug, slot }: Json): string {
  const end = (ref: unknown, name: string): string =>
    isObject(ref) ? `${String(ref['snap'])}:${String(ref[name])}` : String(ref);
  return `${end(plug, 'plug')} ${end(slot, 'slot')}`;
}

/** Members of a snap that its words, pictures and sizes would hide. */
const SNAP_MEMBERS = [
  ...['revision', 'version', 'channel', 'tracking-channel', 'status', 'confinement', 'devmode', 'cohort-key', 'hold'],
  ...['gating-hold', 'refresh-inhibit', 'refresh-failures', 'components', 'health', 'broken', 'ignore-validation'],
] as const;

/** By name, the active revision or the one listed last, with all that lie on the disk. */
function snapsOf(value: unknown): Entries | undefined {
  if (!Array.isArray(value)) return undefined;
  const listed = value.filter(isObject);
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
