import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as fc from 'fast-check';
import type { Cell, Column, Report, Row } from '../report';
import { csvOf } from './csv';
import { htmlOf } from './html';
import { jsonOf } from './json';

const COLUMNS: readonly Column[] = [
  { name: 'name', title: 'Name' },
  { name: 'state', title: 'State', tones: { bad: 'bad' } },
  { name: 'more', title: 'More' },
];

const aReport = (rows: readonly Row[], but: Partial<Report> = {}): Report => ({
  ...{ kind: 'compliance', kindTitle: 'Compliance', title: 'Compliance with a/b', parameters: { set: 'a/b' } },
  ...{ asOf: new Date('2026-05-03T00:00:00Z'), generatedAt: new Date('2026-11-28T00:00:00Z') },
  ...{ notes: [], figures: [{ name: 'devices', title: 'devices', value: rows.length }], charts: [], tables: [] },
  ...{ rowsTitle: 'Devices', columns: COLUMNS, pages: pagesOf(rows), ...but },
});

async function* pagesOf(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  for (let from = 0; from < rows.length; from += 2) yield await Promise.resolve(rows.slice(from, from + 2));
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

/** RFC 4180, as strict as it is. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  for (let row: string[] = []; cell.lastIndex < text.length;) {
    const match = cell.exec(text);
    if (!match) throw new Error('cannot read the CSV');
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] !== ',') rows.push(row.splice(0));
  }
  return rows;
}

const HOSTILE = [
  'a "b", c',
  'two\r\nlines',
  '=1+1',
  '+1',
  '-1',
  '@x',
  '\tx',
  '\rx',
  '<script>alert(1)</script>',
  '\u202eevil',
  "' onx='",
];

describe('a report in CSV', () => {
  it.each<[Cell, string]>([
    ['plain', 'plain'],
    [null, ''],
    [-3, '-3'],
    [true, 'true'],
    [new Date('2026-05-03T10:00:00Z'), '2026-05-03T10:00:00.000Z'],
    [['one', 'two, three'], 'one; two, three'],
    ['a;=1+1', 'a;=1+1'],
    ['a\t=1+1', 'a\t=1+1'],
    ['=HYPERLINK("x")', `'=HYPERLINK("x")`],
    [['=1', 'b'], `'=1; b`],
    ['@x', `'@x`],
    ['\tx', `'\tx`],
    ['a=b', 'a=b'],
  ])('has %j as it is, and nothing that runs', async (cell, expected) => {
    const rows = readCsv(await textOf(csvOf(aReport([{ name: cell, state: 'x', more: null }]))));
    expect(rows).toEqual([
      ['name', 'state', 'more'],
      [expected, 'x', ''],
    ]);
  });

  it.each(['a;=1+1', 'a\t=1+1'])('keeps %j in one cell where spreadsheets split there', async (name) => {
    const text = await textOf(csvOf(aReport([{ name, state: 'x', more: null }])));
    expect(text.split('\r\n')[1]).toBe(`"${name}",x,`);
  });

  it('gives back every text, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), async (names) => {
        const rows = readCsv(await textOf(csvOf(aReport(names.map((name) => ({ name, state: 's', more: null }))))));
        const expected = names.map((name) => (/^[=+\-@\t\r]/.test(name) ? `'${name}` : name));
        expect(rows.slice(1).map(([name]) => name)).toEqual(expected);
      }),
    );
  });
});

describe('a report in JSON', () => {
  it('is one document that says it is whole', async () => {
    const rows = HOSTILE.map((name) => ({ name, state: 'ok', more: ['x'] }));
    const text = await textOf(jsonOf(aReport(rows)));
    expect(JSON.parse(text)).toMatchObject({
      report: 'compliance',
      summary: { devices: rows.length },
      rows,
      complete: true,
    });
    expect(JSON.parse(await textOf(jsonOf(aReport([]))))).toMatchObject({ rows: [], rowCount: 0 });
  });

  it('cannot be read where it was cut', async () => {
    const text = await textOf(jsonOf(aReport([{ name: 'a', state: 'b', more: null }])));
    for (let length = 0; length < text.trimEnd().length; length += 1)
      expect(() => JSON.parse(text.slice(0, length)) as unknown).toThrow();
  });
});

describe('a report as a page', () => {
  it.each(HOSTILE)('shows %j as text wherever it stands', async (name) => {
    const chart = { kind: 'bars', title: name, bars: [{ label: name, value: 1, tone: 'bad' }] } as const;
    const table = { name: 't', title: name, columns: COLUMNS, rows: [{ name, state: name, more: [name] }] };
    const report = aReport([{ name, state: name, more: [name] }], {
      ...{ title: name, notes: [name], parameters: { filter: name }, charts: [chart], tables: [table] },
    });
    const text = await textOf(htmlOf(report));
    if (/[<"']/.test(name)) expect(text).not.toContain(name);
    const tags = [...text.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag ?? '');
    expect([...new Set(tags)].filter((tag) => !KNOWN_TAGS.has(tag))).toEqual([]);
  });

  it('says what is in its tables to who hears it, and that it is whole', async () => {
    const text = await textOf(htmlOf(aReport([{ name: 'a', state: 'bad', more: null }])));
    expect(text).toContain('<th scope="col">State</th>');
    expect(text).toContain('<td><span class="tag bad">bad</span></td>');
    expect(text).toContain('End of the report: 1 rows.');
    expect(await textOf(htmlOf(aReport([])))).toContain('None.');
  });
});

const KNOWN_TAGS = new Set(
  'html head meta title style body main header p h1 h2 dl dt dd time ul li b span div figure figcaption svg rect text table thead tbody tr th td footer'.split(
    ' ',
  ),
);

describe('a report that is read slowly', () => {
  it('is made no faster than it is read', async () => {
    let made = 0;
    async function* endless(): AsyncGenerator<readonly Row[]> {
      for (;;) {
        made += 1;
        yield await Promise.resolve([{ name: 'x'.repeat(10_000), state: 's', more: null }]);
      }
    }
    const reader = new PassThrough({ highWaterMark: 1000 });
    const body = Readable.from(csvOf(aReport([], { pages: endless() })), { objectMode: false });
    const piping = pipeline(body, reader).catch((error: Error) => error.message);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(made).toBeLessThan(10);
    body.destroy(new Error('enough'));
    expect(await piping).toBe('enough');
  });
});
