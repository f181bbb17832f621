import { Injectable } from '@nestjs/common';
import { LIMITS, type SignedCommand } from '@corefleet/contracts/device-protocol';
import type { LoadedCommand } from '@corefleet/device-link';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { tracing } from '@corefleet/platform/tracing';
import { Batcher } from '@corefleet/platform/queue';

interface Pull {
  readonly enrolmentId: string;
  readonly lastSequence: number;
}

export interface PulledCommands {
  readonly commands: readonly LoadedCommand[];
  readonly more: boolean;
}

interface PulledRow extends SignedCommand {
  readonly id: string;
  readonly enrolmentId: string;
  readonly sequence: string;
  /** W3C traceparent of what made it. */
  readonly trace: string | null;
}

const NOTHING: PulledCommands = { commands: [], more: false };

const PULL = `
  SELECT asked.enrolment_id AS "enrolmentId", ready.sequence, ready.envelope, ready.key_id AS "keyId", ready.signature,
    ready.id, ready.trace
  FROM unnest($1::uuid[], $2::bigint[]) AS asked (enrolment_id, last_sequence)
  CROSS JOIN LATERAL (
    SELECT sequence, envelope, key_id, signature, id, trace FROM commands
    WHERE commands.enrolment_id = asked.enrolment_id AND sequence > asked.last_sequence
      AND finished_at IS NULL AND envelope IS NOT NULL AND valid_until > $4
    ORDER BY sequence LIMIT $3) AS ready
  ORDER BY asked.enrolment_id, ready.sequence`;

/** Finds signed commands for agents that pulled: one statement for all that did so in the same moment. */
@Injectable()
export class PullLoader {
  private readonly pulls: Batcher<Pull, PulledCommands>;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.pulls = new Batcher((batch) => this.loadAll(batch), { maxItems: 500, parallel: 2 });
  }

  /** Open commands above the sequence, lowest first. @throws when the database is away */
  load(enrolmentId: string, lastSequence: number): Promise<PulledCommands> {
    return this.pulls.add({ enrolmentId, lastSequence });
  }

  /** Two links of one enrolment in one batch get the answer for the lower sequence: an agent skips what it has. */
  private async loadAll(batch: Pull[]): Promise<PulledCommands[]> {
    const asked = new Map<string, number>();
    for (const { enrolmentId, lastSequence } of batch) {
      asked.set(enrolmentId, Math.min(lastSequence, asked.get(enrolmentId) ?? lastSequence));
    }
    const limit = LIMITS.pulledCommands + 1;
    const startMs = Date.now();
    const rows = await this.database.rows<PulledRow>('pull-commands', PULL, [
      [...asked.keys()],
      [...asked.values()],
      limit,
      this.clock.now(),
    ]);
    if (tracing.enabled) rows.forEach((row) => trace(row, startMs));
    const found = new Map<string, LoadedCommand[]>();
    for (const { enrolmentId, sequence, envelope, keyId, signature } of rows) {
      const loaded = { sequence: Number(sequence), command: { envelope, keyId, signature } };
      const commands = found.get(enrolmentId);
      if (commands) commands.push(loaded);
      else found.set(enrolmentId, [loaded]);
    }
    return batch.map(({ enrolmentId }) => pulled(found.get(enrolmentId)));
  }
}

function trace({ id, trace: parent, enrolmentId }: PulledRow, startMs: number): void {
  if (parent === null) return;
  const attributes = { 'corefleet.command.id': id, 'corefleet.enrolment.id': enrolmentId };
  tracing.record({ name: 'hand out command', parent, startMs, endMs: Date.now(), attributes });
}

function pulled(found: LoadedCommand[] | undefined): PulledCommands {
  if (!found) return NOTHING;
  return { commands: found.slice(0, LIMITS.pulledCommands), more: found.length > LIMITS.pulledCommands };
}
