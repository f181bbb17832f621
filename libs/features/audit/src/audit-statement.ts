import type { NewAuditEntry } from './audit-entry';

/** Columns of an entry, for a statement that writes it together with what it records. */
export const AUDIT_COLUMNS =
  'actor_kind, actor_id, actor_name, source, action, subject_kind, subject_id, outcome, remark, details';

/** The entry's values in the order of `AUDIT_COLUMNS`: ten parameters, the last one JSON text. */
export function auditValues({ actor, subject, action, outcome, remark, details }: NewAuditEntry): (string | null)[] {
  return [
    actor.kind,
    actor.id,
    actor.name,
    actor.source ?? null,
    action,
    subject.kind,
    subject.id,
    outcome ?? 'done',
    remark ?? null,
    JSON.stringify(details ?? {}),
  ];
}
