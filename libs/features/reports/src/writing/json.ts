import type { Report } from '../report';

/** One document; rows a line each. It ends with `complete`: what was cut off cannot be read as JSON. */
export async function* jsonOf(report: Report): AsyncGenerator<string> {
  const { kind, title, parameters, asOf, generatedAt, notes } = report;
  const head = { report: kind, title, parameters, asOf, generatedAt, notes, summary: summaryOf(report) };
  yield `${JSON.stringify(head).slice(0, -1)},"rows":[`;
  let count = 0;
  for await (const rows of report.pages) {
    yield rows.map((row, at) => `${count + at === 0 ? '' : ','}\n${JSON.stringify(row)}`).join('');
    count += rows.length;
  }
  yield `\n],"rowCount":${count},"complete":true}\n`;
}

/** Figures by name, then tables by name. */
function summaryOf({ figures, tables }: Report): Record<string, unknown> {
  const numbers = figures.map(({ name, value }) => [name, value] as const);
  return Object.fromEntries([...numbers, ...tables.map(({ name, rows }) => [name, rows] as const)]);
}
