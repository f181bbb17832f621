import type { PoolClient } from 'pg';
import type { CheckpointSigner } from '@corefleet/audit-chain';
import type { Clock } from '@corefleet/platform/clock';
import type { Database } from '@corefleet/platform/database';
import type { CheckpointFiles } from './checkpoint-files';
import { SEALED_AT_ONCE, sealEntries } from './seal-entries';
import { withSealLock } from './seal-lock';
import { AuditContradictedError, requireAgreement, writeNextCheckpoint } from './write-checkpoints';

export interface RoundResult {
  /** Entries that were sealed. */
  readonly sealed: number;
  /** The position that the newest checkpoint written in this round reaches. */
  readonly checkpoint?: number;
}

/**
 * Seals what was committed, then writes checkpoints of what is sealed: in this order, so that a file never knows of seals that
 * the table has lost in a crash. The only writer of `audit_seals` and `audit_sealing`.
 *
 * | dies                             | leaves                   | next round                                       |
 * | -------------------------------- | ------------------------ | ------------------------------------------------ |
 * | before seals are committed       | entries without a seal   | seals them                                       |
 * | between that and a checkpoint    | seals without one        | writes it from the table                         |
 * | while it writes the checkpoint   | half a line              | takes that away and writes it again              |
 * | after it                         | all of it                | goes on behind it                                |
 *
 * Any number may run: one is at it at a time.
 */
export class AuditSealer {
  constructor(
    private readonly database: Database,
    private readonly files: CheckpointFiles,
    private readonly signer: CheckpointSigner,
    private readonly clock: Clock,
  ) {}

  /**
   * All that is there to do.
   * @returns undefined while another sealer is at it
   * @throws AuditContradictedError when the tables were edited: nothing is sealed any more, and the row says why
   */
  async round(): Promise<RoundResult | undefined> {
    try {
      const sealed = await this.sealAll();
      if (sealed === undefined) return undefined;
      const checkpoint = await this.checkpointAll();
      return { sealed, ...(checkpoint !== undefined && { checkpoint }) };
    } catch (error) {
      if (error instanceof AuditContradictedError) await this.say(this.database.pool, 'refusing', error.message);
      throw error;
    }
  }

  private async sealAll(): Promise<number | undefined> {
    let sum = 0;
    for (;;) {
      const sealed = await withSealLock(this.database, async (client) => {
        await requireAgreement(client, await this.files.last());
        await this.say(client, 'sealing', null);
        return sealEntries(client);
      });
      if (sealed === undefined) return undefined;
      sum += sealed;
      if (sealed < SEALED_AT_ONCE) return sum;
    }
  }

  private async checkpointAll(): Promise<number | undefined> {
    let reached: number | undefined;
    for (;;) {
      const next = await withSealLock(this.database, (client) =>
        writeNextCheckpoint(client, this.files, this.signer, this.clock.now()),
      );
      if (next === undefined) return reached;
      reached = next;
    }
  }

  private async say(on: Pick<PoolClient, 'query'>, state: string, reason: string | null): Promise<void> {
    const text = `INSERT INTO audit_sealing (id, state, reason, at) VALUES (1, $1, $2, $3)
                  ON CONFLICT (id) DO UPDATE SET state = $1, reason = $2, at = $3`;
    await on.query(text, [state, reason, this.clock.now()]);
  }
}
