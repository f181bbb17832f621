/** Steps that are not asked of the simulator, and why. */
export const NOT_REPLAYED: Readonly<Record<string, string>> = {
  '/v2/systems?running=true': 'snapd found no active boot chain, as the boot disk was a stand-in',
  'after /v2/systems?running=true': 'as above',
  '/v2/snaps/system/conf': 'the recorded machine had no system bus to read its host name from',
  'after /v2/snaps/system/conf': 'as above',
  '/v2/find?select=refresh': 'its resource is not simulated yet',
  'refresh candidates': 'its resource is not simulated yet',
  'after /v2/snaps': 'its resource is not simulated yet',
  '/v2/system-info': 'its resource is not simulated yet',
  '/v2/assertions/serial': 'its resource is not simulated yet',
  '/v2/assertions/model': 'its resource is not simulated yet',
  '/v2/connections?select=all': 'its resource is not simulated yet',
  '/v2/assertions/validation-set': 'its resource is not simulated yet',
  'no schema assertion yet': 'its resource is not simulated yet',
  'ack the schema': 'its resource is not simulated yet',
  'PUT without custodian': 'its resource is not simulated yet',
  'confdb-install-custodian': 'its resource is not simulated yet',
  'confdb-connect': 'its resource is not simulated yet',
  'confdb-put': 'its resource is not simulated yet',
  'PUT read-only field': 'its resource is not simulated yet',
  'confdb-get': 'its resource is not simulated yet',
  'confdb-get-all': 'its resource is not simulated yet',
  'confdb-get-missing': 'its resource is not simulated yet',
  'unknown view': 'its resource is not simulated yet',
  unset: 'its resource is not simulated yet',
  'after unset': 'its resource is not simulated yet',
  'after /v2/system-info': 'its resource is not simulated yet',
  'after /v2/assertions/serial': 'its resource is not simulated yet',
  'after /v2/assertions/model': 'its resource is not simulated yet',
  'after /v2/connections?select=all': 'its resource is not simulated yet',
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
  '/v2/system-info': { fields: MACHINE, why: 'facts of the machine and of the build' },
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
const TIMES: ReadonlySet<string> = new Set(['spawn-time', 'ready-time', 'install-date', 'last', 'next', 'change']);

function stripped(value: unknown, isLeft: (key: string) => boolean): unknown {
  if (Array.isArray(value)) return inOrder(value).map((item) => stripped(item, isLeft));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !isLeft(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, TIMES.has(key) ? typeof inner : stripped(inner, isLeft)]));
}

/** Snaps are listed in any order. */
function inOrder(list: readonly unknown[]): readonly unknown[] {
  const named = list.every((item) => isObject(item) && 'name' in item && 'installed-size' in item);
  return named ? [...(list as { name: string }[])].sort((a, b) => (a.name < b.name ? -1 : 1)) : list;
}

/** A change without the ids of its tasks (only their order is the same) and the times of its log lines. */
export function normalChange(change: object): unknown {
  const { tasks, id, ...rest } = change as AChange;
  return { ...(stripped(rest, () => false) as object), id: typeof id, ...(tasks && { tasks: tasks.map(normalTask) }) };
}

/** Lines about what the recorded machine did not have. */
const OF_STAND_INS = /\/etc\/ssl\/certs is not available/;

function normalTask({ id, log, ...task }: ATask): unknown {
  const lines = log?.map((line) => line.replace(/^\S+ /, '')).filter((line) => !OF_STAND_INS.test(line));
  return {
    ...(stripped(task, () => false) as object),
    id: typeof id,
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
