import { Injectable } from '@nestjs/common';
import { NothingToDoError, RolloutsReadModel, RolloutsService, type CreateRollout } from '@corefleet/features/rollouts';
import { FleetError } from '@corefleet/platform/errors';
import type { OccurringKind, OccurringRow, OccurringRows } from './occurring-kind';

/** A row that makes rollouts. */
export type RolloutRow = OccurringRow & { readonly lastRolloutId: string | null };

/** Rows that make rollouts, and which. */
export interface RolloutRows<Row extends RolloutRow> extends OccurringRows<Row> {
  /** The outcome of an occurrence at which no device would change. */
  readonly nothingToDo: 'nothing' | 'refused';
  /** The rollout of an occurrence. */
  requestAt(row: Row, occurrence: Date): CreateRollout;
  /** The rollout that a person asks for besides. */
  requestNow(row: Row, now: Date): CreateRollout;
}

const MAKING_MOST_MS = 30_000;

/** Kinds of rows that make rollouts. */
@Injectable()
export class RolloutKinds {
  constructor(
    private readonly rollouts: RolloutsService,
    private readonly reads: RolloutsReadModel,
  ) {}

  of<Row extends RolloutRow>(rows: RolloutRows<Row>): OccurringKind<Row> {
    return {
      ...rows,
      ...{ makes: 'rollout', makingMostMs: MAKING_MOST_MS },
      roleOf: () => 'operator',
      running: async ({ lastRolloutId }) => {
        const last = lastRolloutId === null ? undefined : await this.reads.get(lastRolloutId);
        return last?.finishedAt === null ? last : undefined;
      },
      make: async (orderer, row, { at, isOccurrence, remark, key }) => {
        const request = isOccurrence ? rows.requestAt(row, at) : rows.requestNow(row, at);
        const { id } = await this.rollouts.create(orderer, { ...request, remark, idempotencyKey: key });
        return { details: { rolloutId: id }, columns: { lastRolloutId: id } };
      },
      outcomeOf: (error) => {
        if (error instanceof NothingToDoError) return rows.nothingToDo;
        return error instanceof FleetError ? 'refused' : 'later';
      },
    };
  }
}
