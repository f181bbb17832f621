import { HOUR_MS, MINUTE_MS } from './civil-day';
import { fractionOf } from './jitter';

/**
 * Why an attempt at a device did not succeed, as far as trying again goes.
 *
 * | class   | for example                                                       | tried again                          |
 * |---------|-------------------------------------------------------------------|--------------------------------------|
 * | passing | the store or a file was out of reach, snapd was busy              | soon: 1 min, doubling, at most 1 h   |
 * | silent  | nothing was heard of it: lost, timed out, expired                 | later: 15 min, doubling, at most 6 h |
 * | device  | snapd refused, the change ended in Error, the disk is full        | slowly: 30 min, tripling, at most 24 h |
 * | final   | a policy or a signature refused it, or nobody knows what happened | never: a person decides              |
 */
export type FailureClass = 'passing' | 'silent' | 'device' | 'final';

interface Pace {
  readonly firstMs: number;
  readonly factor: number;
  readonly mostMs: number;
}

const PACES: Readonly<Record<Exclude<FailureClass, 'final'>, Pace>> = {
  passing: { firstMs: MINUTE_MS, factor: 2, mostMs: HOUR_MS },
  silent: { firstMs: 15 * MINUTE_MS, factor: 2, mostMs: 6 * HOUR_MS },
  device: { firstMs: 30 * MINUTE_MS, factor: 3, mostMs: 24 * HOUR_MS },
};

/** How a command ended, as its row has it. */
export interface FailedEnd {
  readonly status: string;
  readonly cause: string | null;
  readonly snapdKind: string | null;
}

const BY_STATUS: Readonly<Record<string, FailureClass>> = {
  expired: 'silent',
  'timed-out': 'silent',
  lost: 'silent',
  failed: 'device',
};

/** Causes, and kinds of snapd's errors, that go by as a rule without anybody doing anything. */
const PASSING: ReadonlySet<string> = new Set([
  'agent-error',
  'artifact-failed',
  'dns-failure',
  'network-timeout',
  'quota-change-conflict',
  'snap-change-conflict',
  'snapd-garbage',
  'snapd-timeout',
  'snapd-unreachable',
  'too-late',
]);

/** What snapd, or the catalogue, would say again of the same request. */
const FINAL: ReadonlySet<string> = new Set([
  'bad-query',
  'snapd-bad-request',
  'requirement-not-met',
  'snap-not-found',
  'snap-revision-not-available',
  'unsupported',
]);

/** The class of an end that is no success. `rejected`, `unknown` and `cancelled` are final. */
export function failureClassOf({ status, cause, snapdKind }: FailedEnd): FailureClass {
  const why = [cause, snapdKind].filter((each) => each !== null);
  if (status === 'failed' && why.some((each) => FINAL.has(each))) return 'final';
  if (status === 'failed' && why.some((each) => PASSING.has(each))) return 'passing';
  return BY_STATUS[status] ?? 'final';
}

/**
 * How long to wait after a failed attempt, in milliseconds: rising, at most the cap of its class, less up to half of it by the
 * key, so that those that failed together do not come back together.
 * @param attempt the number of the one that failed, from 1
 * @param key whose attempt it is: the same gets the same
 * @param saidFirstMs how long to wait after the first one, where somebody has said so
 * @returns undefined when it is not to be tried again
 */
export function backoff(
  attempt: number,
  failureClass: FailureClass,
  key: readonly string[],
  saidFirstMs?: number,
): number | undefined {
  if (failureClass === 'final') return undefined;
  const { factor, mostMs, firstMs: usualFirstMs } = PACES[failureClass];
  const firstMs = saidFirstMs ?? usualFirstMs;
  const wait = Math.min(mostMs, firstMs * factor ** (attempt - 1));
  return Math.round(wait * (1 - fractionOf([...key, String(attempt)]) / 2));
}
