import { Injectable } from '@nestjs/common';
import { Database, type Prisma, type Transaction } from '@corefleet/platform/database';
import { shownDetails } from './shown-details';
import type { AuditEntryView, AuditPage, AuditQuery, NewAuditEntry } from './audit-entry';
import type { Actor } from './actor';

type AuditRow = Prisma.AuditEntryGetPayload<object>;

/** The only writer of `audit_entries`, which nobody can edit or remove from. */
@Injectable()
export class AuditService {
  constructor(private readonly database: Database) {}

  /**
   * Keeps an entry in the transaction of the act itself: both commit, or neither does.
   * @returns the entry's id, for rows that name what authorised them
   */
  async record(tx: Transaction, entry: NewAuditEntry): Promise<bigint> {
    const { actor, subject } = entry;
    const row = await tx.auditEntry.create({
      data: {
        actorKind: actor.kind,
        actorId: actor.id,
        actorName: actor.name,
        source: actor.source ?? null,
        action: entry.action,
        subjectKind: subject.kind,
        subjectId: subject.id,
        outcome: entry.outcome ?? 'done',
        remark: entry.remark ?? null,
        details: (entry.details ?? {}) as Prisma.InputJsonObject,
      },
      select: { id: true },
    });
    return row.id;
  }

  /** Entries, newest first. */
  async list(query: AuditQuery): Promise<AuditPage> {
    const rows = await this.database.prisma.auditEntry.findMany({
      where: {
        ...(query.action !== undefined && { action: query.action }),
        ...(query.subjectId !== undefined && { subjectId: query.subjectId }),
        ...(query.actorId !== undefined && { actorId: query.actorId }),
        ...((query.since ?? query.until) && {
          at: { ...(query.since && { gte: query.since }), ...(query.until && { lt: query.until }) },
        }),
        ...(query.cursor !== undefined && { id: { lt: BigInt(query.cursor) } }),
      },
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    });
    const items = rows.slice(0, query.limit).map(toView);
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, next: last.id } : { items };
  }
}

function toView(row: AuditRow): AuditEntryView {
  return {
    id: row.id.toString(),
    at: row.at,
    actor: {
      kind: row.actorKind as Actor['kind'],
      id: row.actorId,
      name: row.actorName,
      ...(row.source !== null && { source: row.source }),
    },
    action: row.action,
    subject: { kind: row.subjectKind, id: row.subjectId },
    outcome: row.outcome,
    ...(row.remark !== null && { remark: row.remark }),
    details: shownDetails(row.details),
  };
}
