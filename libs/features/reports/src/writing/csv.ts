import type { Cell, Report } from '../report';

/** RFC 4180: a head, then a line for each row. The summary is left out, as it has other columns. */
export async function* csvOf({ columns, pages }: Report): AsyncGenerator<string> {
  yield lineOf(columns.map(({ name }) => name));
  for await (const rows of pages) {
    const text = rows.map((row) => lineOf(columns.map(({ name }) => row[name] ?? null))).join('');
    if (text !== '') yield text;
  }
}

const lineOf = (cells: readonly Cell[]): string => `${cells.map(cellOf).join(',')}\r\n`;

function cellOf(cell: Cell): string {
  if (cell === null) return '';
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  const text = harmless(typeof cell === 'string' ? cell : cell.join('; '));
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Spreadsheets take a text that begins so for a formula and run it; with a quote before it they show it. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
