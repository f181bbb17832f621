import { bulkRows, type Database, type Transaction } from '@corefleet/platform/database';
import { PRESENT_SECONDS } from './candidates';
import { changeTargets, type Transition } from './change-targets';
import type { Services } from './services';
import { SYSTEM } from './system-actor';
import { TARGET_COLUMNS, TARGET_DATES, type TargetRow } from './target-rows';
import { NEVER } from './target-state';

/** Targets looked at by one statement: the next one takes the rest. */
const LIMIT = 5_000;

/** Seconds that a device has to take a command it was offered, if it is there. */
const UNHEARD_SECONDS = 120;

const UNHEARD = `
  t.state = 'offered' AND t.offered_at < $1::timestamptz - ${UNHEARD_SECONDS} * interval '1 second'
  AND NOT EXISTS (SELECT FROM devices d JOIN device_links l ON l.enrolment_id = d.enrolment_id
                   WHERE d.id = t.device_id AND l.last_seen_at > $1::timestamptz - ${PRESENT_SECONDS} * interval '1 second')`;

/**
 * Lets targets be looked at again that wait for a device which is heard of now. No transition: whoever claims says what
 * becomes of them. Safe at any time, also while a target is moved by somebody else.
 * @param enrolmentIds of devices that were just heard of; without, of all that wait
 * @returns rollouts that may go on
 */
export async function noteArrivals(
  database: Database,
  now: Date,
  enrolmentIds: readonly string[] | null = null,
): Promise<string[]> {
  const rows = await database.batch<{ id: string }>(NOTE_ARRIVALS, [now, LIMIT, enrolmentIds]);
  return rows.map(({ id }) => id);
}

const NOTE_ARRIVALS = `
WITH back AS (
  SELECT t.rollout_id, t.device_id
    FROM rollout_targets t
    JOIN devices d ON d.id = t.device_id
    JOIN device_links l ON l.enrolment_id = d.enrolment_id
   WHERE t.state = 'waiting' AND t.cause = 'offline' AND t.command_id IS NULL AND t.not_before > $1::timestamptz
     AND l.last_seen_at > $1::timestamptz - ${PRESENT_SECONDS} * interval '1 second'
     AND ($3::uuid[] IS NULL OR d.enrolment_id = ANY ($3::uuid[]))
   ORDER BY t.rollout_id, t.device_id LIMIT $2 FOR UPDATE OF t SKIP LOCKED
), moved AS (
  UPDATE rollout_targets t SET not_before = $1::timestamptz
    FROM back WHERE t.rollout_id = back.rollout_id AND t.device_id = back.device_id
  RETURNING t.rollout_id
)
SELECT DISTINCT rollout_id AS id FROM moved`;

/** Rollouts that have offered a command to a device which went away before it took it. */
export async function rolloutsUnheard(database: Database, now: Date): Promise<string[]> {
  const rows = await database.batch<{ id: string }>(
    `SELECT DISTINCT t.rollout_id AS id FROM rollout_targets t WHERE ${UNHEARD}`,
    [now],
  );
  return rows.map(({ id }) => id);
}

/**
 * Sets those targets of the rollout aside that were offered a command and went away: they hold no slot, keep the command,
 * and run it when they are back. The caller holds the lock of the rollout's row.
 */
export async function setUnheardAside(
  tx: Transaction,
  services: Services,
  rolloutId: string,
  now: Date,
): Promise<void> {
  const rows = await bulkRows<TargetRow>(
    tx,
    `SELECT ${TARGET_COLUMNS} FROM rollout_targets t WHERE ${UNHEARD} AND t.rollout_id = $2::uuid LIMIT $3`,
    [now, rolloutId, LIMIT],
    TARGET_DATES,
  );
  const aside = {
    state: 'waiting',
    cause: 'offline',
    message: 'it went away before it took its command',
    notBefore: NEVER,
  };
  const transitions = rows.map((row): Transition => ({ ...row, before: row, after: { ...row, ...aside } }));
  await changeTargets(tx, services.audit, { rolloutId, actor: SYSTEM, transitions, now });
}
