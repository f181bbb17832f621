import { Injectable } from '@nestjs/common';
import { exportLine, written } from '@corefleet/audit-chain';
import { Database, Prisma } from '@corefleet/platform/database';
import type { AuditFilter } from '../audit-entry';
import { ENTRY_COLUMNS, SEAL_COLUMNS, type SealedRow } from './entry-columns';
import { textOf } from './write-checkpoints';

export interface ExportOptions extends AuditFilter {
  /** The last position; everything that is sealed when absent. */
  readonly to?: number | undefined;
}

type SealerState = 'sealing' | 'refusing';

/** How far sealing is. */
export interface SealingStatus {
  /** Entries that are sealed. */
  readonly sealed: number;
  /** Entries that are not yet, also those that a transaction that still runs holds up. */
  readonly waiting: number;
  /** Age of the oldest of these, in seconds. */
  readonly lagSeconds: number;
  /** `refusing`: the tables were edited. Null: no sealer has ever run. */
  readonly sealer: { readonly state: SealerState; readonly reason: string | null; readonly at: Date } | null;
}

/** As much is in memory of an export. */
const LINES_AT_ONCE = 250;

/** The sealed log, as it is exported and verified. */
@Injectable()
export class AuditLogService {
  constructor(private readonly database: Database) {}

  /** Lines of an export, in the order of the chain, some together; read page by page, as fast as they are taken. */
  async *lines(options: ExportOptions = {}): AsyncGenerator<Buffer> {
    for (let after = '0'; ;) {
      const rows = await this.database.query<SealedRow>(linesAfter(after, options));
      if (rows.length > 0) yield Buffer.from(rows.map(lineOf).join(''));
      if (rows.length < LINES_AT_ONCE) return;
      after = rows.at(-1)?.position ?? after;
    }
  }

  async status(now: Date): Promise<SealingStatus> {
    const [counts] = await this.database.rows<{ sealed: number; waiting: number; oldest: Date | null }>(
      'sealing-status',
      STATUS,
      [],
    );
    const sealer = await this.database.prisma.auditSealing.findFirst({
      select: { state: true, reason: true, at: true },
    });
    const { sealed = 0, waiting = 0, oldest = null } = counts ?? {};
    const lagSeconds = oldest === null ? 0 : Math.max(0, Math.round((now.getTime() - oldest.getTime()) / 1000));
    return { sealed, waiting, lagSeconds, sealer: sealer && { ...sealer, state: sealer.state as SealerState } };
  }

  /**
   * Ids of entries that stand before sealed ones in the order of commit and have no seal themselves: somebody has written them
   * past the sealer, or has taken their seals away. At most a hundred.
   */
  async passedOver(): Promise<string[]> {
    const rows = await this.database.rows<{ id: string }>('passed-over', PASSED_OVER, []);
    return rows.map(({ id }) => id);
  }
}

function lineOf(row: SealedRow): string {
  return `${exportLine({ position: Number(row.position), hash: written(row.hash), entry: textOf(row) })}\n`;
}

/** Planned for the conditions that are given: one plan for every filter would use the index of none. */
function linesAfter(after: string, { to, action, subjectId, actorId, since, until }: ExportOptions): Prisma.Sql {
  const conditions = [
    Prisma.sql`s.position > ${after}::bigint`,
    ...(to === undefined ? [] : [Prisma.sql`s.position <= ${to}`]),
    ...(action === undefined ? [] : [Prisma.sql`e.action = ${action}`]),
    ...(subjectId === undefined ? [] : [Prisma.sql`e.subject_id = ${subjectId}`]),
    ...(actorId === undefined ? [] : [Prisma.sql`e.actor_id = ${actorId}`]),
    ...(since === undefined ? [] : [Prisma.sql`e.at >= ${since}`]),
    ...(until === undefined ? [] : [Prisma.sql`e.at < ${until}`]),
  ];
  return Prisma.sql`
    SELECT ${Prisma.raw(SEAL_COLUMNS)}, ${Prisma.raw(ENTRY_COLUMNS)}
      FROM audit_seals s LEFT JOIN audit_entries e ON e.id = s.entry_id
     WHERE ${Prisma.join(conditions, ' AND ')}
     ORDER BY s.position LIMIT ${LINES_AT_ONCE}`;
}

/** As in `sealEntries`: a head that came with a dump is of a transaction that this cluster has not reached. */
const LAST = `(SELECT xact, entry_id, xact >= pg_snapshot_xmax(pg_current_snapshot()) AS moved
                 FROM audit_seals ORDER BY position DESC LIMIT 1)`;
const UNSEALED = `NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id)`;

const STATUS = `
SELECT coalesce((SELECT max(position) FROM audit_seals), 0)::float8 AS sealed, count(e.id)::int AS waiting, min(e.at) AS oldest
  FROM (SELECT 1) one LEFT JOIN ${LAST} last ON true
  LEFT JOIN audit_entries e
    ON (e.xact, e.id) > (CASE WHEN last.moved IS FALSE THEN last.xact ELSE '0'::xid8 END, coalesce(last.entry_id, 0)) AND ${UNSEALED}`;

const PASSED_OVER = `
SELECT e.id::text AS id
  FROM ${LAST} last JOIN audit_entries e ON (e.xact, e.id) < (last.xact, last.entry_id)
 WHERE NOT last.moved AND ${UNSEALED}
 ORDER BY e.id LIMIT 100`;
