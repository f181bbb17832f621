import { recordedSnap, type RecordedAnswer } from '@corefleet/testing/snapd-recordings';
import { normal, normalRecords } from './normal';
import type { Replay } from './replay';
import type { Answer } from './send';

/** Both sides of a step, made comparable. */
export interface Pair {
  recorded: unknown;
  simulated: unknown;
}

type Rule = (replay: Replay, step: RecordedAnswer, answer: Answer) => Pair;

interface AChange {
  id: string;
  kind: string;
}

interface ANotice {
  key: string;
  occurrences: number;
  'last-data'?: { kind: string };
}

const resultOf = <Result>(body: unknown): Result => (body as { result: Result }).result;

const RULES: readonly [path: RegExp, rule: Rule][] = [
  [/aspect=features/, features],
  [
    /\/v2\/logs/,
    (_replay, step, answer) => ({
      recorded: normalRecords(step.body as string),
      simulated: normalRecords(String(answer.body)),
    }),
  ],
  [/\/file$/, file],
  [/\/v2\/changes\?select=all/, changes],
  [/\/v2\/notices$/, notices],
  [/\/v2\/notices\?.*timeout=20s/, woken],
];

/** Compares a step by the rule of its path. */
export function byRule(replay: Replay, step: RecordedAnswer, answer: Answer): Pair {
  const path = step.request?.path ?? '';
  const rule = RULES.find(([pattern]) => pattern.test(path))?.[1];
  if (!rule) throw new Error(`cannot compare ${path}: it has no rule`);
  return rule(replay, step, answer);
}

interface Features {
  tasks: { kind: string; 'has-undo'?: boolean }[];
  interfaces: string[];
}

/** Every kind of task the simulator has, with whether it can be undone, is one of snapd's; so is every interface. */
function features(_replay: Replay, step: RecordedAnswer, answer: Answer): Pair {
  if (step.status !== 200) return { recorded: normal(step.body), simulated: normal(answer.body) };
  const [recorded, simulated] = [resultOf<Features>(step.body), resultOf<Features>(answer.body)];
  const shown = ({ kind, 'has-undo': undo = false }: Features['tasks'][number]): string => `${kind} ${undo}`;
  const known = new Set([...recorded.tasks.map(shown), ...recorded.interfaces]);
  const told = [...simulated.tasks.map(shown), ...simulated.interfaces];
  return { recorded: [], simulated: told.filter((one) => !known.has(one)) };
}

function file(_replay: Replay, step: RecordedAnswer, answer: Answer): Pair {
  const { 'content-type': type, 'content-disposition': name, 'accept-ranges': ranges } = step.headers ?? {};
  const got = answer.headers;
  return {
    recorded: [step.status, type, name, ranges, recordedSnap('lab-hello_1.snap').toString('hex')],
    simulated: [
      answer.status,
      got['content-type'],
      got['content-disposition'],
      got['accept-ranges'],
      answer.bytes.toString('hex'),
    ],
  };
}

/** Changes that a request started, by id. */
function changes(replay: Replay, step: RecordedAnswer, answer: Answer): Pair {
  const byId = (a: AChange, b: AChange): number => Number(a.id) - Number(b.id);
  const recorded = resultOf<AChange[]>(step.body)
    .filter(({ id }) => replay.ids.simulated(id) !== undefined)
    .map((change) => replay.withId(change));
  return {
    recorded: recorded.sort(byId).map((change) => normal(change)),
    simulated: [...resultOf<AChange[]>(answer.body)].sort(byId).map((change) => normal(change)),
  };
}

/** The one notice the poll was woken by, without how often its change had been told of by then. */
function woken(_replay: Replay, step: RecordedAnswer, answer: Answer): Pair {
  // The change is accepted by the next step only, so its id is taken from the simulated notice.
  const id = resultOf<ANotice[]>(answer.body)[0]?.key;
  const shown = (body: unknown): unknown =>
    resultOf<ANotice[]>(body).map((notice) =>
      normal({ ...notice, id, key: id, occurrences: typeof notice.occurrences }),
    );
  return { recorded: shown(step.body), simulated: shown(answer.body) };
}

/** Notices of those changes: type, key, data and, where the change did not fail, how often. */
function notices(replay: Replay, step: RecordedAnswer, answer: Answer): Pair {
  const recorded = resultOf<ANotice[]>(step.body).filter(({ key }) => replay.ids.simulated(key) !== undefined);
  const shown = (notice: ANotice, key: string): unknown => {
    const { occurrences, ...rest } = notice;
    const flapped = occurrences > 3 && { occurrences: 'more than three' };
    return { ...(normal({ ...rest, key, id: key }) as object), occurrences, ...flapped };
  };
  const byKey = (a: unknown, b: unknown): number => Number((a as ANotice).key) - Number((b as ANotice).key);
  return {
    recorded: recorded.map((notice) => shown(notice, replay.ids.simulated(notice.key) ?? '')).sort(byKey),
    simulated: resultOf<ANotice[]>(answer.body)
      .map((notice) => shown(notice, notice.key))
      .sort(byKey),
  };
}
