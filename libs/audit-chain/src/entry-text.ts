import { sha256, written } from './digest';
import { hideAt, type Path } from './hidden';

/** An entry as Postgres has it: each value as text, so that nothing of it is lost on the way to the hash. */
export interface EntryRow {
  readonly id: string;
  /** In UTC with microseconds: `2026-05-03T12:00:00.123456Z`. */
  readonly at: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly actorName: string;
  readonly source: string | null;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly outcome: string;
  readonly remark: string | null;
  /** `details::text` of the jsonb column: Postgres has one text for each value. */
  readonly details: string;
  /** A random text of the row, which is never shown. */
  readonly salt: string;
}

/** What a reader of an export finds in an entry. */
export interface ExportedEntry {
  readonly id: number;
  readonly at: string;
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
  readonly source: string | null;
  readonly action: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly outcome: string;
  readonly remark: string | null;
  readonly details: unknown;
  /** SHA-256 of salt and details as they are, where some of them are hidden. */
  readonly hidden?: string;
}

/**
 * The one text of an entry: what is hashed, and what is exported. Values at the `hidden` paths are left out of it; in their
 * place stands a digest of all details with the row's salt, so that an edit of them shows and nobody can guess them.
 */
export function entryText(row: EntryRow, hidden: readonly Path[]): string {
  const [details, digest] = hidden.length === 0 ? [row.details, ''] : withoutHidden(row, hidden);
  return (
    `{"id":${row.id},"at":${said(row.at)},` +
    `"actor":{"kind":${said(row.actorKind)},"id":${said(row.actorId)},"name":${said(row.actorName)}},` +
    `"source":${said(row.source)},"action":${said(row.action)},` +
    `"subject":{"kind":${said(row.subjectKind)},"id":${said(row.subjectId)}},` +
    `"outcome":${said(row.outcome)},"remark":${said(row.remark)},"details":${details}${digest}}`
  );
}

function withoutHidden({ details, salt }: EntryRow, hidden: readonly Path[]): [string, string] {
  const shown = JSON.stringify(hideAt(JSON.parse(details), hidden));
  return [shown, `,"hidden":"${written(sha256(salt, details))}"`];
}

const said = (text: string | null): string => JSON.stringify(text);

/** The number an entry's text begins with. @returns undefined where it is no text of an entry */
export function idOf(text: string): number | undefined {
  const [, id] = /^\{"id":([1-9]\d{0,15}),/.exec(text) ?? [];
  return id === undefined ? undefined : Number(id);
}
