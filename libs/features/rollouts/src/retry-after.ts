import { backoff, failureClassOf } from '@corefleet/time-rules';
import type { CommandFacts } from './advance';

/**
 * Pure: how long a target waits before another attempt, in milliseconds: the rollout's own backoff, rising as the class of
 * the failure asks for.
 * @param attempt the one that failed, from 1
 * @param deviceId spreads devices that failed together
 * @returns undefined when it is not to be tried again
 */
export const retryAfterMs = (
  failed: CommandFacts,
  attempt: number,
  { backoffSeconds, deviceId }: { readonly backoffSeconds: number; readonly deviceId: string },
): number | undefined => backoff(attempt, failureClassOf(failed), [deviceId], backoffSeconds * 1000);
