import { aliasesRows } from './aliases';
import { changesRows } from './changes';
import { confRows } from './conf';
import { fdeRows } from './fde';
import { noticesRows } from './notices';
import { promptingRows } from './prompting';
import { storeRows } from './store';
import { systemsRows } from './systems';
import { validationSetsRows } from './validation-sets';
import { sideloadRows } from './sideload';
import { systemRows } from './system';
import { assertionsRows } from './assertions';
import { debugRows } from './debug';
import { accessoriesRows } from './accessories';
import { confdbRows } from './confdb';
import { interfacesRows } from './interfaces';
import { quotasRows } from './quotas';
import type { Row } from './row';
import { servicesRows } from './services';
import { snapsRows } from './snaps';
import { snapshotsRows } from './snapshots';

const all = [
  ...snapsRows,
  ...changesRows,
  ...servicesRows,
  ...aliasesRows,
  ...interfacesRows,
  ...snapshotsRows,
  ...quotasRows,
  ...confdbRows,
  ...accessoriesRows,
  ...debugRows,
  ...assertionsRows,
  ...systemRows,
  ...sideloadRows,
  ...validationSetsRows,
  ...systemsRows,
  ...storeRows,
  ...promptingRows,
  ...noticesRows,
  ...fdeRows,
  ...confRows,
] as const;

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
