import { createHash } from 'node:crypto';
import type { AuditService, Actor } from '@corefleet/features/audit';
import type { Transaction } from '@corefleet/platform/database';
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
  await writeTargets(tx, change);
  await countTargets(tx, change);
  const { actor, rolloutId } = change;
  const transitions = change.transitions.filter(isEvent);
  if (transitions.length === 0) return;
  const details = await writeHistory(tx, { ...change, transitions });
  await audit.record(tx, { actor, action: 'rollout.targets', subject: { kind: 'rollout', id: rolloutId }, details });
}

/** Only when it is looked at again has changed: no event, or one that waits for hours would fill the history. */
const isEvent = ({ before, after }: Transition): boolean =>
  countKey(before) !== countKey(after) ||
  before.cause !== after.cause ||
  before.attempt !== after.attempt ||
  before.step !== after.step;

async function writeTargets(tx: Transaction, { rolloutId, transitions }: TargetChange): Promise<void> {
  const column = <T>(pick: (after: TargetState) => T): T[] => transitions.map(({ after }) => pick(after));
  await tx.$executeRaw`
    UPDATE rollout_targets AS t
       SET phase = now.phase, state = now.state, cause = now.cause, message = now.message, late = now.late,
           attempt = now.attempt, step = now.step, command_id = now.command_id, not_before = now.not_before,
           offered_at = now.offered_at, finished_at = now.finished_at
      FROM unnest(${transitions.map(({ deviceId }) => deviceId)}::uuid[], ${column((t) => t.phase)}::text[],
                  ${column((t) => t.state)}::text[], ${column((t) => t.cause)}::text[],
                  ${column((t) => t.message)}::text[], ${column((t) => t.late)}::text[],
                  ${column((t) => t.attempt)}::int[], ${column((t) => t.step)}::int[],
                  ${column((t) => t.commandId)}::uuid[], ${column((t) => t.notBefore)}::timestamptz[],
                  ${column((t) => t.offeredAt)}::timestamptz[], ${column((t) => t.finishedAt)}::timestamptz[])
        AS now (device_id, phase, state, cause, message, late, attempt, step, command_id, not_before, offered_at, finished_at)
     WHERE t.rollout_id = ${rolloutId}::uuid AND t.device_id = now.device_id`;
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

/** @returns what the audit says of the batch: SHA-256 over the canonical lines of its events, in the order of their ids */
async function writeHistory(
  tx: Transaction,
  { rolloutId, transitions, now }: TargetChange,
): Promise<{ events: number; first: string; last: string; sha256: string }> {
  const column = <T>(pick: (after: TargetState) => T): T[] => transitions.map(({ after }) => pick(after));
  const rows = await tx.$queryRaw<{ first: bigint; last: bigint }[]>`
    WITH made AS (
      INSERT INTO target_events (rollout_id, device_id, at, phase, state, cause, message, attempt, step, command_id)
      SELECT ${rolloutId}::uuid, device_id, ${now}, phase, state, cause, message, attempt, step, command_id
        FROM unnest(${transitions.map(({ deviceId }) => deviceId)}::uuid[], ${column((t) => t.phase)}::text[],
                    ${column((t) => t.late ?? t.state)}::text[], ${column((t) => t.cause)}::text[],
                    ${column((t) => t.message)}::text[], ${column((t) => t.attempt)}::int[],
                    ${column((t) => t.step)}::int[], ${column((t) => t.commandId)}::uuid[])
          AS now (device_id, phase, state, cause, message, attempt, step, command_id)
      RETURNING id)
    SELECT min(id) AS first, max(id) AS last FROM made`;
  const hash = createHash('sha256');
  for (const { deviceId, after } of transitions) {
    const { phase, state, late, cause, message, attempt, step, commandId } = after;
    hash.update(`${JSON.stringify([deviceId, now.toISOString(), phase, late ?? state, cause, message, attempt, step, commandId])}\n`); // prettier-ignore
  }
  const { first = 0n, last = 0n } = rows[0] ?? {};
  return { events: transitions.length, first: String(first), last: String(last), sha256: hash.digest('hex') };
}
