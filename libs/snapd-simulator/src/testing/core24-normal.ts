/** Steps that are not asked of the simulator, and why. */
export const NOT_REPLAYED: Readonly<Record<string, string>> = {
  '/v2/systems?running=true': 'snapd found no active boot chain, as the boot disk was a stand-in',
  'after /v2/systems?running=true': 'as above',
  '/v2/snaps/system/conf': 'the recorded machine had no system bus to read its host name from',
  'after /v2/snaps/system/conf': 'as above',
};

const MACHINE = [
  'build-id',
  'confinement',
  'kernel-version',
  'sandbox-features',
  'snapd-bin-from',
  'unsupported-reason',
  'version',
  'virtualization',
];

/** Fields of an answer's `result` that are left out of the comparison, by step, and why. */
export const DIFFERENCES: Readonly<Record<string, { fields: readonly string[]; why: string }>> = {
  '/v2/system-info': { fields: [...MACHINE, 'next'], why: 'the machine, the build; snapd had not looked at its timer' },
  'after /v2/system-info': { fields: MACHINE, why: 'as above' },
  'after /v2/snaps': { fields: ['active'], why: 'the recorded machine started no services when it booted' },
  'refresh candidates': {
    fields: ['publisher'],
    why: 'the recorded store named publishers without their display name',
  },
};

type Json = Record<string, unknown>;

/** A change, recorded or simulated. */
interface AChange extends Json {
  tasks?: ATask[];
}

interface ATask extends Json {
  log?: string[];
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/**
 * An answer without what differs by nature: times, the channel of a revision (which the recorded store did not name),
 * and the fields listed for its step.
 */
export function normalResult(name: string, body: object): unknown {
  const left = new Set(DIFFERENCES[name]?.fields);
  return stripped(body, (key) => left.has(key) || key === 'channel');
}

/** Times are compared by being there. */
const TIMES: ReadonlySet<string> = new Set(['spawn-time', 'ready-time', 'install-date', 'last', 'next']);

function stripped(value: unknown, isLeft: (key: string) => boolean): unknown {
  if (Array.isArray(value)) return inOrder(value).map((item) => stripped(item, isLeft));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !isLeft(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, TIMES.has(key) ? typeof inner : stripped(inner, isLeft)]));
}

/** Assertions as they were; of sets only what they say, since the simulator signs nothing. */
export function normalText(name: string, text: string): string {
  if (name !== '/v2/assertions/validation-set') return text;
  const heads = text.split('\n\n').filter((part) => part.startsWith('type: '));
  return heads.map((head) => head.replace(/^(?:timestamp|sign-key-sha3-384): .*$/gm, '')).join('\n');
}

/** Snaps are listed in any order. */
function inOrder(list: readonly unknown[]): readonly unknown[] {
  const named = list.every((item) => isObject(item) && 'name' in item && 'installed-size' in item);
  return named ? [...(list as { name: string }[])].sort((a, b) => (a.name < b.name ? -1 : 1)) : list;
}

/** A change without the ids of its tasks (only their order is the same) and the times of its log lines. */
export function normalChange(change: object): unknown {
  const { tasks, ...rest } = change as AChange;
  return { ...(stripped(rest, () => false) as object), ...(tasks && { tasks: tasks.map(normalTask) }) };
}

/** Lines about what the recorded machine did not have. */
const OF_STAND_INS = /\/etc\/ssl\/certs is not available/;

function normalTask({ id, log, summary, ...task }: ATask): unknown {
  const lines = log?.map((line) => line.replace(/^\S+ /, '')).filter((line) => !OF_STAND_INS.test(line));
  return {
    ...(stripped(task, () => false) as object),
    id: typeof id,
    // snapd names the file of an upload by chance.
    summary: String(summary).replace(/(?<=local-install-)\d+/, '…'),
    // How often a waiting task says so depends on how long it waits.
    ...(lines?.length && { log: lines.filter((line, at) => line !== lines[at - 1]) }),
  };
}

/** Statuses that a poll may or may not see, since a change may be in them for an instant only. */
const PASSING: ReadonlySet<string> = new Set(['Do', 'Doing', 'Undo', 'Undoing', 'Abort', 'Doing daemon-restart']);

/**
 * The recorded road as far as the simulator's tells it: every state that lasts has to be there, in order; passing ones
 * may be missing from either.
 */
export function roadsAlike(recorded: readonly string[], simulated: readonly string[]): boolean {
  const lasting = (road: readonly string[]): string[] =>
    road.filter((state) => !PASSING.has(state)).filter((state, at, all) => state !== all[at - 1]);
  const seen = new Set(simulated);
  const known = recorded.every((state) => state === 'Do' || state === 'Undo' || seen.has(state));
  return known && JSON.stringify(lasting(recorded)) === JSON.stringify(lasting(simulated));
}
