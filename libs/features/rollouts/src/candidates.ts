import { bulkRows, type Transaction } from '@corefleet/platform/database';
import type { Candidate } from './claims';
import { TARGET_COLUMNS, TARGET_DATES, type TargetRow } from './target-rows';

/** A device whose link was heard of within so many seconds is there. */
export const PRESENT_SECONDS = 90;

export interface CandidateRow
  extends TargetRow, Omit<Candidate, 'deviceId' | 'site' | 'cause' | 'supersededBy' | 'window'> {
  /** What its agent says its time zone is. */
  readonly timeZone: string | null;
}

export interface CandidateQuery {
  readonly rolloutId: string;
  readonly waves: readonly { readonly phase: string; readonly wave: number }[];
  readonly passed: readonly number[];
  /** Sites that have no room. */
  readonly fullSites: readonly string[];
  readonly limit: number;
  readonly now: Date;
}

/**
 * Targets that may be looked at now, wave by wave, with what is known of their devices. Reads no more than `limit` of each
 * wave, by the index of those that are due, and each device by its key: neither who waits for something else nor the size of
 * the fleet costs anything.
 */
export async function candidates(tx: Transaction, query: CandidateQuery): Promise<CandidateRow[]> {
  const { rolloutId, waves, passed, fullSites, limit, now } = query;
  return bulkRows<CandidateRow>(
    tx,
    `SELECT ${TARGET_COLUMNS}, t.phase = 'apply' AND t.wave = ANY ($4::int[]) AS "wavePassed",
            d.enrolment_id IS NOT NULL AS enrolled,
            coalesce(l.last_seen_at > $7::timestamptz - $8 * interval '1 second', false) AS present,
            CASE WHEN p.until > $7::timestamptz THEN p.until END AS "heldUntil",
            EXISTS (SELECT FROM rollout_targets o WHERE o.device_id = t.device_id AND o.rollout_id <> t.rollout_id
                       AND o.state IN ('offered', 'running', 'rebooting', 'verifying')) AS busy,
            f.value->>'timeZone' AS "timeZone"
       FROM unnest($2::text[], $3::int[]) AS going (phase, wave)
       CROSS JOIN LATERAL (
         SELECT * FROM rollout_targets own
          WHERE own.rollout_id = $1::uuid AND own.phase = going.phase AND own.wave = going.wave
            AND own.state IN ('pending', 'waiting') AND own.command_id IS NULL AND own.not_before <= $7::timestamptz
            AND own.site <> ALL ($5::text[])
          ORDER BY own.not_before LIMIT $6) AS t
       CROSS JOIN LATERAL (SELECT enrolment_id FROM devices WHERE id = t.device_id LIMIT 1) AS d
       LEFT JOIN LATERAL (
         SELECT last_seen_at FROM device_links WHERE enrolment_id = d.enrolment_id LIMIT 1) AS l ON true
       LEFT JOIN LATERAL (SELECT until FROM device_penalties WHERE device_id = t.device_id LIMIT 1) AS p ON true
       LEFT JOIN LATERAL (
         SELECT value FROM device_facts WHERE enrolment_id = d.enrolment_id AND name = 'host' LIMIT 1) AS f ON true
      ORDER BY t.wave, t.not_before, t.device_id LIMIT $6`,
    [
      rolloutId,
      waves.map(({ phase }) => phase),
      waves.map(({ wave }) => wave),
      passed,
      fullSites,
      limit,
      now,
      PRESENT_SECONDS,
    ],
    [...TARGET_DATES, 'heldUntil'],
  );
}
