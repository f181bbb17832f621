import { Injectable } from '@nestjs/common';
import { covers, findPerson, type Role } from '@corefleet/features/access';
import { AuditService } from '@corefleet/features/audit';
import type { Orderer } from '@corefleet/features/rollouts';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { MakingPatience } from './making-patience';
import { lastWords, mayNotOrder, occurrenceKey, originWords } from './occurrence-rules';
import { actorOf, lockDue, type Made, type OccurringKind, type OccurringRow } from './occurring-kind';

/** What came of an occurrence. */
type Outcome =
  { readonly kind: 'started'; readonly made: Made } | { readonly kind: 'nothing' | 'refused'; readonly reason: string };

/** Makes what rows make at their occurrences. */
@Injectable()
export class DueMaking {
  private readonly patience = new MakingPatience();

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes what is due at an occurrence that is starting, in the name of the row's author, and says in the row what came of it,
   * under the row's lock. Its key is made of the occurrence: who finds the row again after a death makes no second one.
   * @returns false when nothing is starting, or another process is at it, or it failed a moment ago
   * @throws what is to be tried again
   */
  async finish<Row extends OccurringRow>(kind: OccurringKind<Row>, id: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      await tx.$executeRawUnsafe(`SET LOCAL idle_in_transaction_session_timeout = ${kind.makingMostMs}`);
      const row = await lockDue(kind, tx, id);
      if (!row?.startingAt || this.patience.isTooEarly(id, row.startingAt, this.clock.now())) return false;
      await this.keep(kind, tx, {
        row,
        occurrence: row.startingAt,
        outcome: await this.make(kind, row, row.startingAt),
      });
      this.patience.forget(id);
      return true;
    }, kind.makingMostMs);
  }

  /** A refusal is an outcome; anything else means: not yet, until patience ends. */
  private async make<Row extends OccurringRow>(kind: OccurringKind<Row>, row: Row, occurrence: Date): Promise<Outcome> {
    try {
      const person = await findPerson(this.database, row.authorId);
      if (!person || !covers(person.role, kind.roleOf(row)))
        return { kind: 'refused', reason: mayNotOrder(row.authorName, kind.makes) };
      const made = await kind.make(authorOf(row, person.role), row, {
        ...{ at: occurrence, isOccurrence: true },
        remark: originWords(`${kind.called} "${row.name}"`, { occurrence, missed: row.startingMissed }),
        key: occurrenceKey(kind.name, row.id, occurrence),
      });
      return { kind: 'started', made };
    } catch (error) {
      const outcome = kind.outcomeOf(error);
      const reason = error instanceof Error ? error.message : String(error);
      if (outcome !== 'later') return { kind: outcome, reason };
      if (!this.patience.failed(row.id, occurrence, this.clock.now())) throw error;
      return { kind: 'refused', reason: `given up after an hour: ${reason}` };
    }
  }

  private async keep<Row extends OccurringRow>(
    kind: OccurringKind<Row>,
    tx: Transaction,
    { row, occurrence, outcome }: { readonly row: Row; readonly occurrence: Date; readonly outcome: Outcome },
  ): Promise<void> {
    const { id, startingMissed: missed } = row;
    const made = outcome.kind === 'started' ? outcome.made : undefined;
    const lastReason = lastWords('reason' in outcome ? outcome.reason : undefined, missed);
    const last = { lastAt: occurrence, lastOutcome: outcome.kind, lastReason };
    await kind.write(tx, id, { startingAt: null, startingMissed: 0, ...last, ...made?.columns });
    await this.audit.record(tx, {
      ...{ actor: actorOf(row), action: `${kind.name}.${outcome.kind === 'refused' ? 'refuse' : 'run'}` },
      ...{ subject: { kind: kind.name, id }, details: { occurrence, missed, ...made?.details } },
      ...(lastReason !== null && { remark: lastReason }),
    });
  }
}

function authorOf(row: OccurringRow, role: Role): Orderer {
  const { authorId: personId, authorName: personName } = row;
  const actor = { kind: 'person', id: personId, name: personName } as const;
  return { actor, personId, personName, mayReadSensitive: role === 'admin', through: actorOf(row) };
}
