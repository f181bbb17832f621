import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { ConflictError, NotFoundError } from '@corefleet/platform/errors';
import { nameOfSequence, type SequenceKey } from './set-view';

/** What people say of imported sequences. */
@Injectable()
export class ValidationSetsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Marks a sequence as never to be installed: plans refuse it from then on. What devices have of it stays.
   * @throws NotFoundError, ConflictError when it is marked already
   */
  async markBad(actor: Actor, key: SequenceKey, reason: string): Promise<void> {
    const mark = { badAt: this.clock.now(), badBy: actor.name, badReason: reason };
    await this.change(actor, key, { action: 'validation-set.mark-bad', from: null, mark, remark: reason });
  }

  /** Takes the mark away. @throws NotFoundError, ConflictError when it is not marked */
  async liftBad(actor: Actor, key: SequenceKey, remark: string): Promise<void> {
    const mark = { badAt: null, badBy: null, badReason: null };
    await this.change(actor, key, { action: 'validation-set.lift-bad', from: { not: null }, mark, remark });
  }

  private async change(actor: Actor, key: SequenceKey, { action, from, mark, remark }: Change): Promise<void> {
    const { accountId, name, sequence } = key;
    const id = nameOfSequence(key);
    await this.database.transaction(async (tx) => {
      const before = await tx.validationSet.findUnique({
        where: { accountId_name_sequence: { accountId, name, sequence } },
      });
      if (!before) throw new NotFoundError('validation set', id);
      const { count } = await tx.validationSet.updateMany({
        where: { accountId, name, sequence, badAt: from },
        data: mark,
      });
      if (count === 0) {
        const { badBy, badReason } = before;
        const why = badBy === null ? 'is not marked bad' : `is marked bad already, by ${badBy}: ${badReason ?? ''}`;
        throw new ConflictError(`cannot change validation set ${id}: it ${why}`);
      }
      const details = { before: { by: before.badBy, reason: before.badReason } };
      await this.audit.record(tx, { actor, action, subject: { kind: 'validation-set', id }, remark, details });
    });
  }
}

interface Change {
  readonly action: string;
  readonly from: null | { readonly not: null };
  readonly mark: { readonly badAt: Date | null; readonly badBy: string | null; readonly badReason: string | null };
  readonly remark: string;
}
