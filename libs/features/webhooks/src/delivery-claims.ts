import type { Database } from '@corefleet/platform/database';
import { restMs, type Verdict } from './delivery-rules';
import type { Sent } from './webhook-client';

/** What is to be sent now. */
export interface ClaimedDelivery {
  /** A decimal number: rises in the order in which they were written down. */
  readonly id: string;
  readonly messageId: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly happenedAt: Date;
  /** This attempt among them. */
  readonly attempts: number;
  /** Of the webhook, as of now. */
  readonly url: string;
  /** Valid ones of the webhook, newest first. */
  readonly secrets: string[];
}

/** Longer than an attempt takes: who does not come back within it has died. */
const CLAIMED_MS = 30_000;
const ENDED_MOST = 5_000;

/** Ids of webhooks that may be sent to and have something due. */
export async function dueWebhooks(database: Database, now: Date): Promise<string[]> {
  const rows = await database.rows<{ id: string }>(
    'due-webhooks',
    `SELECT hook.id
       FROM webhooks AS hook
      WHERE hook.enabled AND (hook.retry_at IS NULL OR hook.retry_at <= $1) AND EXISTS (
         SELECT FROM webhook_deliveries
          WHERE webhook_id = hook.id AND status = 'waiting' AND (due_at IS NULL OR due_at <= $1))`,
    [now],
  );
  return rows.map(({ id }) => id);
}

/**
 * Takes at most `limit` deliveries that are due, those never tried first and oldest first. Two workers at once take different ones.
 * @returns none when the webhook was disabled or is left alone meanwhile
 */
export async function claimDeliveries(
  database: Database,
  webhookId: string,
  limit: number,
  now: Date,
): Promise<ClaimedDelivery[]> {
  const rows = await database.rows<ClaimedDelivery>(
    'claim-deliveries',
    `UPDATE webhook_deliveries AS delivery SET due_at = $4, attempts = attempts + 1, tried_at = $3
       FROM webhooks AS hook
      WHERE hook.id = delivery.webhook_id AND delivery.id = ANY (ARRAY(
        SELECT id FROM webhook_deliveries
         WHERE webhook_id = $1 AND status = 'waiting' AND (due_at IS NULL OR due_at <= $3)
           AND EXISTS (SELECT FROM webhooks WHERE id = $1 AND enabled AND (retry_at IS NULL OR retry_at <= $3))
         ORDER BY due_at NULLS FIRST, id LIMIT $2 FOR UPDATE SKIP LOCKED))
      RETURNING delivery.id::text, message_id AS "messageId", type, data, happened_at AS "happenedAt", attempts, hook.url, ARRAY(
        SELECT secret FROM webhook_secrets
         WHERE webhook_id = hook.id AND (valid_until IS NULL OR valid_until > $3) ORDER BY created_at DESC, id DESC) AS secrets`,
    [webhookId, limit, now, new Date(now.getTime() + CLAIMED_MS)],
  );
  return rows.sort((one, other) => Number(BigInt(one.id) - BigInt(other.id)));
}

/** Writes down what came of an attempt, unless a later one has begun meanwhile. */
export async function recordAttempt(
  database: Database,
  claimed: Pick<ClaimedDelivery, 'id' | 'attempts'>,
  sent: Sent,
  verdict: Verdict,
  now: Date,
): Promise<void> {
  const again = verdict.kind === 'again' ? new Date(now.getTime() + verdict.inMs) : null;
  const status = verdict.kind === 'delivered' ? 'delivered' : verdict.kind === 'again' ? 'waiting' : 'dead';
  await database.rows(
    'record-attempt',
    `UPDATE webhook_deliveries SET status = $3, due_at = $4::timestamptz, ended_at = CASE WHEN $3 = 'waiting' THEN NULL ELSE $5::timestamptz END,
            response_status = $6, response = $7, error = $8, latency_ms = $9
      WHERE id = $1 AND attempts = $2 AND status = 'waiting'`,
    [
      ...[claimed.id, claimed.attempts, status, again, now],
      ...[sent.status ?? null, sent.response ?? null, sent.error ?? null, sent.latencyMs],
    ],
  );
}

/** Counts failures in a row of a webhook, and leaves it alone for longer and longer. */
export async function recordHealth(database: Database, webhookId: string, failed: boolean, now: Date): Promise<void> {
  if (!failed) {
    const text = `UPDATE webhooks SET failures = 0, retry_at = NULL WHERE id = $1 AND failures > 0`;
    await database.rows('webhook-is-well', text, [webhookId]);
    return;
  }
  const [row] = await database.rows<{ failures: number }>(
    'webhook-fails',
    `UPDATE webhooks SET failures = failures + 1 WHERE id = $1 RETURNING failures`,
    [webhookId],
  );
  const ms = restMs(row?.failures ?? 0);
  if (ms === 0) return;
  const text = `UPDATE webhooks SET retry_at = greatest(retry_at, $2) WHERE id = $1`;
  await database.rows('webhook-rests', text, [webhookId, new Date(now.getTime() + ms)]);
}

/** From one webhook to the next along the index: the log has millions of rows, of fifty webhooks. */
const PRUNE_ORPHANS = `
WITH RECURSIVE told AS (
  (SELECT webhook_id AS id FROM webhook_deliveries ORDER BY webhook_id LIMIT 1)
  UNION ALL
  SELECT (SELECT webhook_id FROM webhook_deliveries WHERE webhook_id > told.id ORDER BY webhook_id LIMIT 1)
    FROM told WHERE told.id IS NOT NULL
)
DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY(
  SELECT orphan.id FROM told
   CROSS JOIN LATERAL (
     -- not equal to it: the planner would take that for a reason to walk along the ids of all
     SELECT id FROM webhook_deliveries WHERE webhook_id BETWEEN told.id AND told.id ORDER BY webhook_id, id LIMIT $1) AS orphan
   WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM webhooks WHERE id = told.id) LIMIT $1))
RETURNING 1`;

/**
 * Gives up what nobody took for `waited` days since it happened or was sent again, unless it is under way or has a later
 * attempt before it; removes what ended `kept` days ago, or whose webhook is gone.
 * @returns how many were removed
 */
export async function pruneDeliveries(
  database: Database,
  now: Date,
  days: { readonly waited: number; readonly kept: number },
): Promise<number> {
  const ago = (given: number): Date => new Date(now.getTime() - given * 86_400_000);
  await database.rows(
    'give-up-deliveries',
    `UPDATE webhook_deliveries SET status = 'dead', ended_at = $1, error = coalesce(error || '; ', '') || 'not delivered in time'
      WHERE status = 'waiting' AND coalesce(replayed_at, happened_at) < $2 AND (due_at IS NULL OR due_at <= $1)`,
    [now, ago(days.waited)],
  );
  const ended = await database.rows(
    'prune-deliveries',
    `DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY(
       SELECT id FROM webhook_deliveries WHERE status <> 'waiting' AND ended_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
      RETURNING 1`,
    [ago(days.kept), ENDED_MOST],
  );
  const orphans = await database.rows('prune-orphan-deliveries', PRUNE_ORPHANS, [ENDED_MOST]);
  return ended.length + orphans.length;
}
