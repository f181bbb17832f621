import { backoff, failureClassOf } from '@corefleet/time-rules';
import type { CommandFacts } from './advance';

const MOST_MS = 24 * 3_600_000;

/**
 * Pure: how long a target waits before another attempt, in milliseconds: what the class of its failure asks for, but no
 * sooner than the rollout's own backoff, which doubles with each attempt; at most a day.
 * @param attempt the one that failed, from 1
 * @param deviceId spreads devices that failed together
 * @returns undefined when it is not to be tried again
 */
export function retryAfterMs(
  failed: CommandFacts,
  attempt: number,
  { backoffSeconds, deviceId }: { readonly backoffSeconds: number; readonly deviceId: string },
): number | undefined {
  const asked = backoff(attempt, failureClassOf(failed), [deviceId]);
  if (asked === undefined) return undefined;
  return Math.min(MOST_MS, Math.max(asked, backoffSeconds * 1000 * 2 ** Math.max(0, attempt - 1)));
}
