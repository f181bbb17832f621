import type { EntryRow, Path } from '@corefleet/audit-chain';

/** Columns of an entry `e` as text, so that the hash is of what Postgres has and not of what a driver makes of it. */
export const ENTRY_COLUMNS = `
  e.id::text AS id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
  e.actor_kind AS "actorKind", e.actor_id AS "actorId", e.actor_name AS "actorName", e.source, e.action,
  e.subject_kind AS "subjectKind", e.subject_id AS "subjectId", e.outcome, e.remark,
  e.details::text AS details, e.salt::text AS salt`;

/** A seal and, unless it is gone, its entry. */
export type SealedRow = Seal & (EntryRow | { readonly id: null });

export interface Seal {
  readonly position: string;
  readonly entryId: string;
  readonly leaf: Buffer;
  readonly hash: Buffer;
  readonly hidden: readonly Path[] | null;
}

export const SEAL_COLUMNS = 's.position::text AS position, s.entry_id::text AS "entryId", s.leaf, s.hash, s.hidden';
