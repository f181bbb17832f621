import { changesRows } from './changes';
import type { Row } from './row';

const all = [...changesRows] as const;

/** The name of a row, as tests say it. */
export type RowId = (typeof all)[number]['id'];

/** Every row of the coverage table. */
export const rows: readonly Row[] = all;

const byId = new Map(rows.map((row) => [row.id, row]));

/** @throws for a name that no row has */
export function rowOf(id: string): Row {
  const row = byId.get(id);
  if (row === undefined) throw new Error(`cannot find the row "${id}"`);
  return row;
}
