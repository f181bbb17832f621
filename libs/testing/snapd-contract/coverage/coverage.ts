import type { AreaResults } from '../results';
import type { Road, Row } from '../rows/row';
import type { SubjectId } from '../subjects/which';

/** A cell of the table. */
export type Cell =
  | { kind: 'ticked' }
  /** Only snapd's refusal can be shown; its words. */
  | { kind: 'refused'; words: string }
  /** There is no such cell, and why. */
  | { kind: 'without'; reason: string }
  | { kind: 'missing' };

export type SubjectColumn = 'simulator' | 'real 2.68' | 'real 2.77';
export type Column = Road | SubjectColumn;

export const ROADS: readonly Road[] = ['client', 'read', 'operation'];

/** The subjects whose tests fill a column; a simulator has to be right as every version it plays. */
export const SUBJECTS: Readonly<Record<SubjectColumn, readonly SubjectId[]>> = {
  simulator: ['simulator-2.77.1', 'simulator-2.68.3'],
  'real 2.68': ['trixie'],
  'real 2.77': ['forky'],
};

export interface RowCoverage {
  row: Row;
  cells: ReadonlyMap<Column, Cell>;
}

/**
 * The table of a run: what its tests have shown of each row, in the columns that its subjects can fill. A road is ticked
 * by a test on any of them.
 */
export function coverageOf(rows: readonly Row[], results: readonly AreaResults[]): RowCoverage[] {
  const subjects = new Set(results.map(({ subject }) => subject));
  const columns = (Object.keys(SUBJECTS) as SubjectColumn[]).filter((column) => isRun(column, subjects));
  return rows.map((row) => {
    const cells = new Map<Column, Cell>();
    for (const road of ROADS) cells.set(road, roadCell(row, road, results));
    for (const column of columns) cells.set(column, subjectCell(row, column, results));
    return { row, cells };
  });
}

/** Whether all subjects of a column ran. */
export const isRun = (column: SubjectColumn, subjects: ReadonlySet<SubjectId>): boolean =>
  SUBJECTS[column].every((subject) => subjects.has(subject));

/** What the run fails for, in words. */
export function gapsOf(coverage: readonly RowCoverage[]): string[] {
  return coverage.flatMap(({ row, cells }) =>
    [...cells].flatMap(([column, cell]) => {
      if (cell.kind === 'missing') return [`${row.id}: no test of this run has shown the column ${column}`];
      if (cell.kind === 'refused' && !mayBeRefused(row, column))
        return [`${row.id}: the column ${column} was only refused: "${cell.words}"`];
      return [];
    }),
  );
}

function roadCell(row: Row, road: Road, results: readonly AreaResults[]): Cell {
  const reason = row.without[road];
  if (reason !== undefined) return { kind: 'without', reason };
  return cellOf([`${road}: ${row.id}`], results);
}

function subjectCell(row: Row, column: SubjectColumn, results: readonly AreaResults[]): Cell {
  const proofs = [...ROADS, 'raw'].map((road) => `${road}: ${row.id}`);
  const cells = SUBJECTS[column].map((subject) =>
    cellOf(
      proofs,
      results.filter((result) => result.subject === subject),
    ),
  );
  // an older version that refuses what it does not know takes nothing from the newer one
  return cells.find(({ kind }) => kind === 'missing') ?? cells[0] ?? { kind: 'missing' };
}

function cellOf(proofs: readonly string[], results: readonly AreaResults[]): Cell {
  if (results.some(({ proven }) => proven.some((proof) => proofs.includes(proof)))) return { kind: 'ticked' };
  const refusal = results.flatMap(({ refused }) => refused).find(({ proof }) => proofs.includes(proof));
  return refusal ? { kind: 'refused', words: refusal.words } : { kind: 'missing' };
}

/** Where a refusal is all there can be: as the row says, or because that snapd is older than the row. */
function mayBeRefused(row: Row, column: Column): boolean {
  if (column === 'real 2.68') return row.refusedInLab === true || isYounger(row.since, 68);
  if (column === 'real 2.77') return row.refusedInLab === true;
  return row.refusedBySimulator === true;
}

const isYounger = (since: string | undefined, minor: number): boolean => Number(since?.split('.')[1] ?? 0) > minor;
