import type { Cell, Column, Figure, Report, Row, Table } from '../report';
import { chartOf, numberOf, shareOf } from './charts';
import { escaped } from './escape';
import { STYLE } from './style';

/** One page that needs nothing besides: to be read, printed, or kept as a file. Its last line says that it is whole. */
export async function* htmlOf(report: Report): AsyncGenerator<string> {
  yield headOf(report);
  const heads = report.columns.map(headCell).join('');
  yield `<h2>${escaped(report.rowsTitle)}</h2>\n<div class="wide"><table>\n<thead><tr>${heads}</tr></thead>\n<tbody>\n`;
  let count = 0;
  for await (const rows of report.pages) {
    count += rows.length;
    yield rows.map((row) => lineOf(report.columns, row)).join('');
  }
  const none = count === 0 ? `<tr><td class="none" colspan="${report.columns.length}">None.</td></tr>\n` : '';
  yield `${none}</tbody>\n</table></div>\n<footer>End of the report: ${numberOf(count)} rows.</footer>\n</main>\n</body>\n</html>\n`;
}

function headOf(report: Report): string {
  const { title, kindTitle, notes, figures, charts, tables } = report;
  const listed = notes.map((note) => `<li>${escaped(note)}</li>`).join('');
  const drawn = charts.map(chartOf).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p>Corefleet: ${escaped(kindTitle)}</p>
<h1>${escaped(title)}</h1>
${aboutOf(report)}</header>
${listed === '' ? '' : `<ul class="notes">${listed}</ul>\n`}${figuresOf(figures)}${drawn === '' ? '' : `<div class="charts">\n${drawn}</div>\n`}${tables.map(tableOf).join('')}`;
}

function aboutOf({ asOf, generatedAt, parameters }: Report): string {
  const said = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  const lines: [string, string][] = [
    ['As of', timeOf(asOf)],
    ['Made', timeOf(generatedAt)],
    ...said.map(([name, value]): [string, string] => [name, escaped(String(value))]),
  ];
  return `<dl>\n${lines.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${value}</dd>\n`).join('')}</dl>\n`;
}

function figuresOf(figures: readonly Figure[]): string {
  if (figures.length === 0) return '';
  const whole = figures[0]?.value ?? 0;
  const items = figures.map(({ title, value, tone = 'plain', share }) => {
    const told = share ? `, ${shareOf(value, whole)}` : '';
    return `<li class="${tone}"><b>${numberOf(value)}</b><span>${escaped(title)}${told}</span></li>`;
  });
  return `<ul class="figures">${items.join('')}</ul>\n`;
}

function tableOf({ title, columns, rows }: Table): string {
  const heads = columns.map(headCell).join('');
  const lines = rows.map((row) => lineOf(columns, row)).join('');
  const body = lines === '' ? `<tr><td class="none" colspan="${columns.length}">None.</td></tr>\n` : lines;
  return `<h2>${escaped(title)}</h2>\n<div class="wide"><table class="small">\n<thead><tr>${heads}</tr></thead>\n<tbody>\n${body}</tbody>\n</table></div>\n`;
}

const headCell = ({ title, kind }: Column): string =>
  `<th scope="col"${kind === 'number' ? ' class="number"' : ''}>${escaped(title)}</th>`;

const lineOf = (columns: readonly Column[], row: Row): string =>
  `<tr>${columns.map((column) => cellOf(column, row[column.name] ?? null)).join('')}</tr>\n`;

function cellOf({ kind, tones }: Column, cell: Cell): string {
  const open = kind === undefined ? '<td>' : `<td class="${kind}">`;
  if (tones && typeof cell === 'string')
    return `${open}<span class="tag ${tones[cell] ?? 'plain'}">${escaped(cell)}</span></td>`;
  return `${open}${contentOf(cell)}</td>`;
}

function contentOf(cell: Cell): string {
  if (cell === null) return '';
  if (cell instanceof Date) return timeOf(cell);
  if (typeof cell === 'number') return numberOf(cell);
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'string') return escaped(cell);
  return cell.length === 0 ? '' : `<ul>${cell.map((text) => `<li>${escaped(text)}</li>`).join('')}</ul>`;
}

function timeOf(at: Date): string {
  const text = at.toISOString();
  return `<time datetime="${text}">${text.slice(0, 10)} ${text.slice(11, 19)} UTC</time>`;
}
