import { Injectable } from '@nestjs/common';
import { findPerson } from '@corefleet/features/access';
import { AuditService } from '@corefleet/features/audit';
import { NothingToDoError, RolloutsService, type Orderer } from '@corefleet/features/rollouts';
import { Database, type Transaction } from '@corefleet/platform/database';
import { FleetError } from '@corefleet/platform/errors';
import { lastWords, occurrenceKey, originWords } from './occurrence-rules';
import { actorOf, lockDue, type OccurringKind, type OccurringRow } from './occurring-kind';

/** What came of a rollout that was to be made. */
type Outcome =
  | { readonly kind: 'started'; readonly rolloutId: string }
  | { readonly kind: 'nothing' | 'refused'; readonly reason: string };

/** Makes the rollouts of rows that make them at their occurrences. */
@Injectable()
export class DueRollouts {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly rollouts: RolloutsService,
  ) {}

  /**
   * Makes the rollout of an occurrence that is starting, in the name of the row's author, and says in the row what came of
   * it. The key of the rollout is made of the occurrence: who finds the row again after a death makes no second one.
   * @returns false when nothing is starting, or another process is at it
   */
  async finish<Row extends OccurringRow>(kind: OccurringKind<Row>, id: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const row = await lockDue(kind, tx, id);
      if (!row?.startingAt) return false;
      await this.keep(kind, tx, {
        row,
        occurrence: row.startingAt,
        outcome: await this.make(kind, row, row.startingAt),
      });
      return true;
    });
  }

  /** A refusal is an outcome; anything else means: not yet. */
  private async make<Row extends OccurringRow>(kind: OccurringKind<Row>, row: Row, occurrence: Date): Promise<Outcome> {
    try {
      const { id } = await this.rollouts.create(await this.authorOf(row), {
        ...kind.requestAt(row, occurrence),
        remark: originWords(`${kind.called} "${row.name}"`, { occurrence, missed: row.startingMissed }),
        idempotencyKey: occurrenceKey(kind.name, row.id, occurrence),
      });
      return { kind: 'started', rolloutId: id };
    } catch (error) {
      if (error instanceof NothingToDoError) return { kind: kind.nothingToDo, reason: error.message };
      if (error instanceof FleetError) return { kind: 'refused', reason: error.message };
      throw error;
    }
  }

  private async authorOf(row: OccurringRow): Promise<Orderer> {
    const { authorId: personId, authorName: personName } = row;
    const person = await findPerson(this.database, personId);
    const actor = { kind: 'person', id: personId, name: personName } as const;
    return { actor, personId, personName, mayReadSensitive: person?.role === 'admin', through: actorOf(row) };
  }

  private async keep<Row extends OccurringRow>(
    kind: OccurringKind<Row>,
    tx: Transaction,
    { row, occurrence, outcome }: { readonly row: Row; readonly occurrence: Date; readonly outcome: Outcome },
  ): Promise<void> {
    const { id, startingMissed: missed } = row;
    const made = outcome.kind === 'started' ? { rolloutId: outcome.rolloutId } : undefined;
    const lastReason = lastWords('reason' in outcome ? outcome.reason : undefined, missed);
    const last = { lastAt: occurrence, lastOutcome: outcome.kind, lastReason };
    await kind.write(tx, id, {
      ...{ startingAt: null, startingMissed: 0, ...last },
      ...(made && { lastRolloutId: made.rolloutId }),
    });
    await this.audit.record(tx, {
      ...{ actor: actorOf(row), action: `${kind.name}.${outcome.kind === 'refused' ? 'refuse' : 'run'}` },
      ...{ subject: { kind: kind.name, id }, details: { occurrence, missed, ...made } },
      ...(lastReason !== null && { remark: lastReason }),
    });
  }
}
