import { ROADS, SUBJECTS, type Cell, type Column, type RowCoverage, type SubjectColumn } from './coverage';

/** What tells a column's snapd. */
export type Versions = Readonly<Record<SubjectColumn, string>>;

/** The page of the table. Says nothing of when it was made, so that the same run makes the same page. */
export function pageOf(coverage: readonly RowCoverage[], versions: Versions): string {
  const columns: Column[] = [...ROADS, ...(Object.keys(SUBJECTS) as SubjectColumn[])];
  const heads = columns.map((column) => (column in versions ? versions[column as SubjectColumn] : column));
  const notes = new Notes();
  const lines = coverage.map(({ row, cells }) => {
    const what = [code(`${row.method} ${row.path}`), variantOf(row.id), row.contentType ?? ''];
    const shown = columns.map((column) => cellText(cells.get(column) ?? { kind: 'missing' }, notes));
    return `| ${[...what, row.access, row.since ?? '', ...shown].join(' | ')} |`;
  });
  return [
    PREAMBLE,
    `| request | action | content type | access | since | ${heads.join(' | ')} |`,
    `| --- | --- | --- | --- | --- | ${heads.map(() => ':-:').join(' | ')} |`,
    ...lines,
    '',
    '## Notes',
    '',
    ...notes.lines(),
    '',
  ].join('\n');
}

const PREAMBLE = `# What is covered of snapd

Made by \`npm run test:snapd\`, not by hand ([how to](../how-to/prove-snapd-behaviour.md)). A row is a request of snapd's
API; a tick is a test of \`libs/testing/snapd-contract\` that passed in the run that made this page. _client_: through
\`libs/snapd-client\`; _read_ and _operation_: through the catalogues of \`libs/operations\`; then on the simulator and on
the real snapd of two Debian suites. A number is a note below: why there is no such cell, or snapd's own refusal where
the device cannot do it.

Access: **O** open, **A** authenticated (+p: or polkit), **R** root, **S** snaps on their own socket, **I** snaps with a
certain interface too, **BA** by action.
`;

/** Numbered notes, each text once. */
class Notes {
  private readonly numbers = new Map<string, number>();

  mark(text: string): string {
    const number = this.numbers.get(text) ?? this.numbers.size + 1;
    this.numbers.set(text, number);
    return `[${number}](#notes)`;
  }

  lines(): string[] {
    return [...this.numbers].map(([text, number]) => `${number}. ${text}`);
  }
}

function cellText(cell: Cell, notes: Notes): string {
  switch (cell.kind) {
    case 'ticked':
      return '✓';
    case 'refused':
      return notes.mark(`snapd refuses: ${code(cell.words)}`);
    case 'without':
      return notes.mark(cell.reason);
    case 'missing':
      return '**missing**';
  }
}

/** What the id says beyond method and path. */
const variantOf = (id: string): string => id.split(' ').slice(2).join(' ');

/** One line, as code, with the characters that would end a table's cell or the code itself taken care of. */
function code(text: string): string {
  return `\`${text.replaceAll('\n', ' ⏎ ').replaceAll('|', '\\|').replaceAll('`', "'")}\``;
}
