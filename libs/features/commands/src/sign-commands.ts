import { canonicalJson, commandSigningText, type Envelope } from '@corefleet/contracts/device-protocol';
import type { Database } from '@corefleet/platform/database';
import { metrics } from '@corefleet/platform/metrics';
import { tracing } from '@corefleet/platform/tracing';
import type { PoolClient } from 'pg';
import { refusalOf, type CommandToSign } from './signing-rules';

/** The one key of the fleet, wherever it is held. */
export interface CommandSigner {
  readonly keyId: string;
  /** @returns Ed25519 signature, base64url */
  sign(text: string): string;
}

interface SignedRow {
  readonly id: string;
  readonly sequence: number;
  readonly envelope: string;
  readonly signature: string;
}

/**
 * Signs those of the commands that are queued and derive from an authorised request; the others of them end `rejected`.
 * Sequences are taken under the lock of their enrolments, so a higher one is never visible before a lower one; what is
 * signed together is numbered in the order in which it was asked for.
 * Safe to call again and from two signers at once: a command that is taken or signed already is left out.
 * @param now the time of signing
 * @returns enrolments that have a command to pull now
 */
export async function signCommands(
  database: Database,
  signer: CommandSigner,
  commandIds: readonly string[],
  now: Date,
): Promise<string[]> {
  const startMs = Date.now();
  const done = await database.clientTransaction(async (client) => {
    const queued = await client.query<CommandToSign>({ text: TO_SIGN, values: [commandIds] });
    const refused = queued.rows.flatMap((command) => {
      const refusal = refusalOf(command);
      return refusal ? [{ id: command.id, refusal }] : [];
    });
    const refusedIds = new Set(refused.map(({ id }) => id));
    const accepted = queued.rows.filter(({ id }) => !refusedIds.has(id));
    const sequences = await takeSequences(client, accepted);
    await writeSigned(
      client,
      signer.keyId,
      accepted.map((command) => signOne(signer, command, sequences, now)),
      now,
    );
    await writeRefused(client, refused, now);
    return { queued: queued.rows, accepted, refused, enrolmentIds: [...sequences.keys()] };
  });
  metrics.count('corefleet_commands_signed_total', {}, done.accepted.length);
  if (tracing.enabled) traceSigned(done.queued, done.refused, startMs);
  return done.enrolmentIds;
}

function traceSigned(
  commands: readonly CommandToSign[],
  refused: readonly { readonly id: string; readonly refusal: string }[],
  startMs: number,
): void {
  const refusals = new Map(refused.map(({ id, refusal }) => [id, refusal]));
  for (const { id, trace: parent, operation } of commands) {
    if (parent === null) continue;
    const attributes = { 'corefleet.command.id': id, 'corefleet.operation': operation };
    tracing.record({ name: 'sign command', parent, startMs, endMs: Date.now(), attributes, error: refusals.get(id) });
  }
}

const TO_SIGN = `
SELECT c.id, c.trace, c.operation, c.parameters, c.phase, c.created_at AS "createdAt", c.valid_until AS "validUntil",
       c.deadline_seconds AS "deadlineSeconds", c.enrolment_id AS "enrolmentId", e.status AS "enrolmentStatus",
       d.serial, d.model, d.brand_id AS "brandId", a.action AS "auditAction",
       coalesce(CASE a.action WHEN 'command.issue' THEN c.rollout_id IS NULL AND a.details->'commands' ? c.id::text
                              WHEN 'rollout.create' THEN a.subject_id = c.rollout_id::text AND t.command_id = c.id
                              END, false) AS "auditNamesIt",
       coalesce(CASE a.action WHEN 'command.issue' THEN jsonb_build_object('operation', a.details->'operation',
                                                                           'parameters', a.details->'parameters')
                              WHEN 'rollout.create' THEN CASE c.phase WHEN 'rollback' THEN t.rollback WHEN 'precheck' THEN NULL
                                                                      ELSE coalesce(t.steps, r.steps) END->c.step
                              END, 'null') AS asked,
       c.phase = 'precheck' AND coalesce(r.precheck, false) AS prechecks,
       CASE WHEN c.phase = 'rollback' AND t.rollback IS NULL THEN ARRAY(
         SELECT DISTINCT done.operation FROM commands done CROSS JOIN LATERAL jsonb_array_elements(done.undo) AS taking (back)
          WHERE done.device_id = c.device_id AND done.rollout_id = c.rollout_id AND done.phase = 'apply'
            AND jsonb_typeof(done.undo) = 'array'
            AND taking.back = jsonb_build_object('operation', c.operation, 'parameters', c.parameters)
       ) ELSE '{}' END AS "undoes",
       coalesce(r.released, true) AS released,
       coalesce(r.approvals_needed, 0) AS "approvalsNeeded",
       ARRAY(
         SELECT said.decision FROM rollout_approvals said
          WHERE said.rollout_id = r.id AND said.plan_digest = r.plan_digest
            AND (said.person_id <> r.author_id OR said.decision = 'reject')) AS approvals
  FROM commands c
  JOIN enrolments e ON e.id = c.enrolment_id
  JOIN devices d ON d.id = c.device_id AND d.id = e.device_id
  LEFT JOIN rollouts r ON r.id = c.rollout_id
  LEFT JOIN audit_entries a ON a.id = c.audit_id AND (r.id IS NULL OR r.audit_id = c.audit_id)
  LEFT JOIN rollout_targets t ON t.rollout_id = c.rollout_id AND t.device_id = c.device_id
 WHERE c.id = ANY ($1::uuid[]) AND c.status = 'queued'
 ORDER BY c.enrolment_id, c.created_at, c.audit_id, c.id
   FOR UPDATE OF c SKIP LOCKED`;

/** First sequence of each enrolment; the enrolments' rows stay locked until the transaction ends. */
async function takeSequences(client: PoolClient, commands: readonly CommandToSign[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { enrolmentId } of commands) counts.set(enrolmentId, (counts.get(enrolmentId) ?? 0) + 1);
  const { rows } = await client.query<{ id: string; first: string }>({
    text: `WITH locked AS (SELECT id FROM enrolments WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE)
           UPDATE enrolments SET next_sequence = next_sequence + wanted.count
             FROM locked JOIN unnest($1::uuid[], $2::int[]) AS wanted (id, count) USING (id)
            WHERE enrolments.id = locked.id
           RETURNING enrolments.id, next_sequence - wanted.count AS first`,
    values: [[...counts.keys()], [...counts.values()]],
  });
  return new Map(rows.map(({ id, first }) => [id, Number(first)]));
}

function signOne(signer: CommandSigner, command: CommandToSign, sequences: Map<string, number>, now: Date): SignedRow {
  const sequence = sequences.get(command.enrolmentId);
  if (sequence === undefined) throw new Error(`cannot sign command ${command.id}: its enrolment is gone`);
  sequences.set(command.enrolmentId, sequence + 1);
  const envelope = canonicalJson(envelopeOf(command, sequence, now));
  return { id: command.id, sequence, envelope, signature: signer.sign(commandSigningText(envelope)) };
}

function envelopeOf(command: CommandToSign, sequence: number, now: Date): Envelope {
  return {
    'message-id': command.id,
    'account-id': command.brandId,
    'message-kind': command.operation,
    sequence,
    device: `${command.serial}.${command.model}.${command.brandId}`,
    'enrolment-id': command.enrolmentId,
    assumes: [],
    'valid-since': command.createdAt.toISOString(),
    'valid-until': command.validUntil.toISOString(),
    'deadline-seconds': command.deadlineSeconds,
    timestamp: now.toISOString(),
    body: command.parameters,
  };
}

async function writeSigned(client: PoolClient, keyId: string, signed: readonly SignedRow[], now: Date): Promise<void> {
  if (signed.length === 0) return;
  await client.query({
    text: `UPDATE commands SET status = 'signed', signed_at = $6, key_id = $1, sequence = s.sequence, envelope = s.envelope, signature = s.signature
             FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[]) AS s (id, sequence, envelope, signature)
            WHERE commands.id = s.id`,
    values: [
      keyId,
      signed.map(({ id }) => id),
      signed.map(({ sequence }) => sequence),
      signed.map(({ envelope }) => envelope),
      signed.map(({ signature }) => signature),
      now,
    ],
  });
}

async function writeRefused(
  client: PoolClient,
  refused: readonly { id: string; refusal: string }[],
  now: Date,
): Promise<void> {
  if (refused.length === 0) return;
  await client.query(
    `UPDATE commands SET status = 'rejected', finished_at = $3, cause = 'signer-refused', message = r.refusal
       FROM unnest($1::uuid[], $2::text[]) AS r (id, refusal) WHERE commands.id = r.id`,
    [refused.map(({ id }) => id), refused.map(({ refusal }) => refusal), now],
  );
}
