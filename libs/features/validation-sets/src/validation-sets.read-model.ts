import { Injectable } from '@nestjs/common';
import { Database } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import type { SnapConstraint, ValidationSet } from '@corefleet/validation-set-rules';
import { importedSets } from './planning/imported-sets';
import {
  nameOfSequence,
  nameOfSet,
  type Page,
  type SequenceKey,
  type SequenceSummary,
  type SequenceView,
  type SetKey,
  type SetSummary,
} from './set-view';

type Row = Omit<SequenceSummary, 'bad'> & { badAt: Date | null; badBy: string | null; badReason: string | null };

/** Validation sets as they were imported. */
@Injectable()
export class ValidationSetsReadModel {
  constructor(private readonly database: Database) {}

  /** Sets by `account/name`. @param query.cursor `next` of the page before */
  async list(query: { cursor?: string; limit: number }): Promise<Page<SetSummary>> {
    const [accountId, name] = query.cursor?.split('/') ?? [];
    const rows = await this.database.rows<SetSummary>('validation-sets', LIST, [
      ...[accountId ?? null, name ?? null],
      query.limit + 1,
    ]);
    return pageOf(rows, query.limit, nameOfSet);
  }

  /** Sequences of a set, newest first. @param query.cursor sequence that the page before ended with */
  async sequences(
    { accountId, name }: SetKey,
    query: { cursor?: string; limit: number },
  ): Promise<Page<SequenceSummary>> {
    const values = [accountId, name, query.cursor === undefined ? null : Number(query.cursor), query.limit + 1];
    const rows = await this.database.rows<Row>('validation-set-sequences', SEQUENCES, values);
    if (rows.length === 0 && query.cursor === undefined)
      throw new NotFoundError('validation set', nameOfSet({ accountId, name }));
    return pageOf(rows.map(summary), query.limit, ({ sequence }) => String(sequence));
  }

  /** One sequence with all it says. @throws NotFoundError */
  async get(key: SequenceKey): Promise<SequenceView> {
    const { accountId, name, sequence } = key;
    const [row] = await this.database.rows<Row & { snaps: SnapConstraint[] }>('validation-set-sequence', ONE, [
      ...[accountId, name, sequence],
    ]);
    if (!row) throw new NotFoundError('validation set', nameOfSequence(key));
    const { snaps, ...rest } = row;
    return { ...summary(rest), snaps };
  }

  /** The assertion as its account signed it. @throws NotFoundError */
  async assertion(key: SequenceKey): Promise<string> {
    const primaryKey = `16/${key.accountId}/${key.name}/${key.sequence}`;
    const where = { type_primaryKey: { type: 'validation-set', primaryKey } };
    const row = await this.database.prisma.assertion.findUnique({ where, select: { text: true } });
    if (!row) throw new NotFoundError('validation set', nameOfSequence(key));
    return row.text;
  }

  /** Whether any sequence of the set is imported. */
  async isImported({ accountId, name }: SetKey): Promise<boolean> {
    return (await this.database.prisma.validationSet.count({ where: { accountId, name }, take: 1 })) > 0;
  }

  /** What sequences say, for the rules; those that are not imported are left out. */
  contents(keys: readonly SequenceKey[]): Promise<ValidationSet[]> {
    const references = keys.map((key) => ({ key: nameOfSet(key), sequence: key.sequence }));
    return importedSets(this.database, references);
  }
}

const COLUMNS = `
  set.account_id AS "accountId", set.name, set.sequence, set.timestamp, jsonb_array_length(set.snaps) AS "snapCount",
  set.bad_at AS "badAt", set.bad_by AS "badBy", set.bad_reason AS "badReason",
  said.revision, said.imported_by AS "importedBy", said.imported_at AS "importedAt", said.source,
  said.device_id AS "deviceId", said.sha256`;

const FROM = `
  FROM validation_sets AS set JOIN assertions AS said ON said.type = 'validation-set'
   AND said.primary_key = concat_ws('/', '16', set.account_id, set.name, set.sequence)`;

const LIST = `
SELECT account_id AS "accountId", name, max(sequence) AS sequence, max(sequence) FILTER (WHERE bad_at IS NULL) AS usable,
       count(*)::int AS sequences, (count(*) FILTER (WHERE bad_at IS NOT NULL))::int AS bad
  FROM validation_sets
 WHERE $1::text IS NULL OR (account_id, name) > ($1, $2)
 GROUP BY account_id, name ORDER BY account_id, name LIMIT $3`;

const SEQUENCES = `SELECT ${COLUMNS} ${FROM}
 WHERE set.account_id = $1 AND set.name = $2 AND ($3::int IS NULL OR set.sequence < $3)
 ORDER BY set.sequence DESC LIMIT $4`;

const ONE = `SELECT ${COLUMNS}, set.snaps ${FROM} WHERE set.account_id = $1 AND set.name = $2 AND set.sequence = $3`;

function summary({ badAt, badBy, badReason, ...row }: Row): SequenceSummary {
  const bad = badAt === null ? null : { at: badAt, by: badBy ?? '', reason: badReason ?? '' };
  return { ...row, bad };
}

function pageOf<T>(rows: T[], limit: number, cursorOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last ? { items, next: cursorOf(last) } : { items };
}
