/*
 * What cannot be equal between a recorded answer and a simulated one, and how both are made alike before they are
 * compared. Everything else is compared field by field.
 */

/** Ids of changes that mean the same in both sessions: snapd's own changes, for a serial, shift the recorded ones. */
export class ChangeIds {
  private readonly simulatedByRecorded = new Map<string, string>([['1', '1']]);

  pair(recorded: string, simulated: string): void {
    this.simulatedByRecorded.set(recorded, simulated);
  }

  /** The simulated id of a recorded one; undefined for snapd's own changes. */
  simulated(recorded: string): string | undefined {
    return this.simulatedByRecorded.get(recorded);
  }
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Texts: what in them belongs to the one machine, moment or run. */
const TEXTS: readonly [what: RegExp, becomes: string, why: string][] = [
  [TIME, '<time>', 'when it happened'],
  [/\.local-install-\d+/g, '.local-install-<n>', 'snapd draws a number for each upload'],
  [
    /(run hook "[^"]+": )\n-----\n\d{4}\/\d\d\/\d\d [\d:.]+ system_key\.go:\d+: [^\n]*ignoring system-key\n([^\n]*)\n-----/g,
    '$1$2',
    "the lab's snap command adds a line of its own to what a hook says, which then is framed",
  ],
  [/proxyconnect tcp: dial tcp: lookup no\.\.proxy/g, 'dial tcp: lookup dashboard.snapcraft.io', "the lab's proxy"],
];

const normalText = (text: string): string =>
  TEXTS.reduce((result, [what, becomes]) => result.replace(what, becomes), text);

/** Fields by name: only that they are there, and of which type. */
const BY_TYPE: Readonly<Record<string, string>> = {
  'installed-size': 'the files here are smaller, and snapd counts blocks',
  size: 'size of an archive whose content is the machine’s',
  'doing-time': 'how long it took',
  hold: 'forever is counted from the moment of the request',
  'sha3-384': 'digests of archives whose content is the machine’s',
};

/** Lists that snapd gives in no order: Go's maps are walked at random. */
const UNORDERED: ReadonlySet<string> = new Set(['apps', 'affected-snaps']);

/** Any JSON value of an answer, recorded or simulated, made comparable. */
export function normal(value: unknown, key = ''): unknown {
  if (key in BY_TYPE && value !== null) return `<${typeof value}>`;
  if (typeof value === 'string') return normalText(value);
  if (Array.isArray(value)) return normalList(value as unknown[], key);
  if (!isObject(value)) return value;
  // Keyed by the ids of tasks, which are counted over all changes.
  if (key === 'change-timings') return Object.values(value).map((timing) => normal(timing));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, normal(inner, name)]));
}

function normalList(list: readonly unknown[], key: string): unknown[] {
  if (key === 'tasks') return inTaskOrder(list as Json[]).map(normalTask);
  if (key === 'log') return withoutRepeats(list as string[]).map((line) => normalText(line));
  const items = list.map((item) => normal(item));
  const named = items.every((item) => isObject(item) && ('installed-size' in item || 'message' in item));
  const text = (item: unknown): string => (typeof item === 'string' ? item : JSON.stringify(item));
  return UNORDERED.has(key) || named ? items.sort((a, b) => (text(a) < text(b) ? -1 : 1)) : items;
}

/** Ids of tasks are counted over all changes, snapd's own too. */
const normalTask = ({ id, ...task }: Json): unknown => ({ id: typeof id, ...(normal(task) as Json) });

/** Connections are made and undone in the order of a map: neighbours of these kinds are sorted. */
function inTaskOrder(tasks: readonly Json[]): Json[] {
  const isLink = ({ kind }: Json): boolean => kind === 'connect' || kind === 'disconnect';
  const sorted = tasks.filter(isLink).sort((a, b) => (String(a.summary) < String(b.summary) ? -1 : 1));
  return tasks.map((task) => (isLink(task) ? (sorted.shift() ?? task) : task));
}

/** A waiting task says so over and over; how often depends on how long it waits. */
const withoutRepeats = (lines: readonly string[]): string[] =>
  lines.filter((line, at) => normalWait(line) !== normalWait(lines[at - 1]));

const normalWait = (line: string | undefined): string | undefined => line?.replace(TIME, '');

/** Headers compared: length and encoding are the server's way to send the body, and a file's time is its own. */
export function normalHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const left = ['content-length', 'transfer-encoding', 'last-modified'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !left.includes(name)));
}

/** Records of a journal: as many, of the same services, with the same text. */
export const normalRecords = (text: string): unknown[] =>
  text
    .split('\u001e')
    .filter((record) => record !== '')
    .map((record) => normal(JSON.parse(record)));

/**
 * A change's road without flaps that snapd itself does not tell (§4.1: Doing and back to Do, Undoing and back to Undo)
 * and without how a missing socket was felt.
 */
export function normalRoad(road: readonly string[]): string[] {
  const told = road
    .map((state) => (/^E[A-Z]+$/.test(state) ? 'gone' : state))
    .filter((state) => state !== 'Do' && state !== 'Undo');
  return told.filter((state, at) => state !== told[at - 1]);
}

/** Whether a poll of the simulated road could have seen the recorded one. */
export function isSampleOf(recorded: readonly string[], simulated: readonly string[]): boolean {
  let at = 0;
  for (const state of simulated) if (state === recorded[at]) at++;
  return at === recorded.length;
}
