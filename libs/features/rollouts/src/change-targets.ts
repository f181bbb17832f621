import { createHash } from 'node:crypto';
import type { AuditService, Actor } from '@corefleet/features/audit';
import { bulk, type Transaction } from '@corefleet/platform/database';
import { countKey, type Counted, type TargetState } from './target-state';

/** A target as it was, and what it is now. */
export interface Transition {
  readonly deviceId: string;
  readonly wave: number;
  readonly before: Counted & Pick<TargetState, 'attempt' | 'step'>;
  readonly after: TargetState;
}

export interface TargetChange {
  readonly rolloutId: string;
  readonly actor: Actor;
  readonly transitions: readonly Transition[];
  readonly now: Date;
}

/**
 * The one way targets move: writes them, the counts of their waves, their history, and the digest of that history into
 * the audit. The caller holds the lock of the rollout's row, so nobody else moves them.
 */
export async function changeTargets(tx: Transaction, audit: AuditService, change: TargetChange): Promise<void> {
  if (change.transitions.length === 0) return;
  const { actor, rolloutId } = change;
  await countTargets(tx, change);
  const details = await writeTargets(tx, change);
  if (details.events === 0) return;
  await audit.record(tx, { actor, action: 'rollout.targets', subject: { kind: 'rollout', id: rolloutId }, details });
}

/** Only when it is looked at again has changed: no event, or one that waits for hours would fill the history. */
const isEvent = ({ before, after }: Transition): boolean =>
  countKey(before) !== countKey(after) ||
  before.cause !== after.cause ||
  before.attempt !== after.attempt ||
  before.step !== after.step;

/**
 * Writes the targets and the events of their history.
 * @returns what the audit says of the batch: SHA-256 over the canonical lines of its events, in the order of their ids
 */
async function writeTargets(
  tx: Transaction,
  { rolloutId, transitions, now }: TargetChange,
): Promise<{ events: number; first: string; last: string; sha256: string }> {
  const rows = transitions.map((transition) => ({ ...row(transition), is_event: isEvent(transition) }));
  const [made] = await tx.$queryRaw<{ first: bigint | null; last: bigint | null }[]>`
    WITH now AS (
      SELECT * FROM jsonb_to_recordset(${bulk(rows)}::jsonb)
        AS given (device_id uuid, phase text, state text, cause text, message text, late text, attempt int, step int,
                  command_id uuid, not_before timestamptz, offered_at timestamptz, finished_at timestamptz, is_event boolean)
    ), moved AS (
      UPDATE rollout_targets AS t
         SET phase = now.phase, state = now.state, cause = now.cause, message = now.message, late = now.late,
             attempt = now.attempt, step = now.step, command_id = now.command_id, not_before = now.not_before,
             offered_at = now.offered_at, finished_at = now.finished_at
        FROM now
       -- the array keeps the planner at the key: it cannot know how few rows there are, and would read the whole rollout
       WHERE t.rollout_id = ${rolloutId}::uuid AND t.device_id = ANY (ARRAY(SELECT device_id FROM now))
         AND t.device_id = now.device_id
    ), made AS (
      INSERT INTO target_events (rollout_id, device_id, at, phase, state, cause, message, attempt, step, command_id)
      SELECT ${rolloutId}::uuid, device_id, ${now}, phase, coalesce(late, state), cause, message, attempt, step, command_id
        FROM now WHERE is_event
      RETURNING id)
    SELECT min(id) AS first, max(id) AS last FROM made`;
  const events = rows.filter(({ is_event }) => is_event);
  const hash = createHash('sha256');
  for (const { device_id, phase, state, late, cause, message, attempt, step, command_id } of events) {
    const line = [device_id, now.toISOString(), phase, late ?? state, cause, message, attempt, step, command_id];
    hash.update(`${JSON.stringify(line)}\n`);
  }
  const { first, last } = made ?? { first: null, last: null };
  return { events: events.length, first: String(first), last: String(last), sha256: hash.digest('hex') };
}

/** The columns of a target. */
function row({ deviceId, after }: Transition) {
  const { phase, state, cause, message, late, attempt, step, commandId, notBefore, offeredAt, finishedAt } = after;
  return {
    ...{ device_id: deviceId, phase, state, cause, message, late, attempt, step, command_id: commandId },
    ...{ not_before: notBefore, offered_at: offeredAt, finished_at: finishedAt },
  };
}

/** Adds what came and takes what went; a count of nobody is left out. */
async function countTargets(tx: Transaction, { rolloutId, transitions }: TargetChange): Promise<void> {
  const deltas = new Map<number, Map<string, number>>();
  for (const { wave, before, after } of transitions) {
    const own = deltas.get(wave) ?? new Map<string, number>();
    deltas.set(wave, own);
    own.set(countKey(before), (own.get(countKey(before)) ?? 0) - 1);
    own.set(countKey(after), (own.get(countKey(after)) ?? 0) + 1);
  }
  const rows = [...deltas].flatMap(([wave, own]) => [...own].map(([key, by]) => ({ wave, key, by })));
  const moved = rows.filter(({ by }) => by !== 0);
  if (moved.length === 0) return;
  await tx.$executeRaw`
    WITH delta AS (
      SELECT * FROM unnest(${moved.map(({ wave }) => wave)}::int[], ${moved.map(({ key }) => key)}::text[],
                           ${moved.map(({ by }) => by)}::int[]) AS delta (wave, key, by)
    )
    UPDATE waves SET counts = (
      SELECT coalesce(jsonb_object_agg(key, total) FILTER (WHERE total <> 0), '{}')
        FROM (SELECT key, sum(n)::int AS total
                FROM (SELECT key, value::int AS n FROM jsonb_each_text(waves.counts)
                      UNION ALL SELECT key, by FROM delta WHERE delta.wave = waves.number) AS parts
               GROUP BY key) AS totals)
     WHERE rollout_id = ${rolloutId}::uuid AND number IN (SELECT wave FROM delta)`;
}
