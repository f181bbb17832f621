import { bulkIds, type Transaction } from '@corefleet/platform/database';
import type { Transition } from './change-targets';

/** Failures in a row, of any rollout, after which a device gets no command for a while. */
const FAILURES = 3;
const FIRST_SECONDS = 3_600;
const MOST_SECONDS = 86_400;

const FAILED: ReadonlySet<string> = new Set(['failed', 'unknown', 'timed-out', 'lost']);

/** What a transition says of the device: undefined when it says nothing. */
export function outcomeOf({ before, after }: Pick<Transition, 'before' | 'after'>): 'failure' | 'success' | undefined {
  if (before.phase === 'precheck') return undefined;
  if (after.late === 'late-success' || after.state === 'succeeded') return 'success';
  if (before.state === after.state && before.attempt === after.attempt) return undefined;
  const failed = FAILED.has(after.state) || (after.state === 'waiting' && after.cause === 'retry');
  return failed && after.cause !== 'given-up' && after.cause !== 'not-enrolled' ? 'failure' : undefined;
}

/**
 * Counts failures in a row. From the third on the device is in the penalty box: for an hour, and twice as long after each
 * further one, at most a day. A success lets it out.
 */
export async function notePenalties(tx: Transaction, transitions: readonly Transition[], now: Date): Promise<void> {
  const of = (outcome: string): string[] =>
    transitions
      .filter((transition) => outcomeOf(transition) === outcome)
      .map(({ deviceId }) => deviceId)
      .sort();
  const [failed, succeeded] = [of('failure'), of('success')];
  if (succeeded.length > 0) {
    await tx.$executeRaw`
      DELETE FROM device_penalties WHERE device_id IN (
        SELECT device_id FROM device_penalties WHERE device_id = ANY (${bulkIds(succeeded)}::uuid[]) ORDER BY device_id FOR UPDATE)`;
  }
  if (failed.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO device_penalties AS box (device_id, failures, until)
    SELECT device_id, 1, ${now} FROM unnest(${bulkIds(failed)}::uuid[]) AS given (device_id)
    ON CONFLICT (device_id) DO UPDATE SET failures = box.failures + 1,
      until = CASE WHEN box.failures + 1 < ${FAILURES}::int THEN ${now}
                   ELSE ${now}::timestamptz + interval '1 second' * least(${MOST_SECONDS}::float8,
                          ${FIRST_SECONDS}::float8 * 2 ^ (box.failures + 1 - ${FAILURES}::int)) END`;
}
