/** A header value of an assertion: scalars are always strings (§7.1). */
export type HeaderValue = string | HeaderValue[] | { [name: string]: HeaderValue };
export type AssertionHeaders = Record<string, HeaderValue>;

interface Lines {
  lines: string[];
  at: number;
}

/**
 * Reads the headers of one assertion's text; body and signature are left alone.
 * @throws Error `parsing assertion headers: …`, as snapd says it, when a line fits nothing
 */
export function parseHeaders(assertion: string): AssertionHeaders {
  const end = assertion.indexOf('\n\n');
  const lines = { lines: (end < 0 ? assertion : assertion.slice(0, end)).split('\n'), at: 0 };
  return readMap(lines, '');
}

function readMap(input: Lines, indent: string): AssertionHeaders {
  const headers: AssertionHeaders = {};
  for (let line = peek(input); line !== undefined && belongs(line, indent); line = peek(input)) {
    const match = /^([a-z](?:-?[a-z0-9])*):(?: (.+))?$/.exec(line.slice(indent.length));
    if (!match?.[1])
      throw new Error(`parsing assertion headers: header entry missing ':' separator: ${JSON.stringify(line)}`);
    input.at++;
    headers[match[1]] = match[2] ?? readNested(input, indent);
  }
  return headers;
}

function readNested(input: Lines, indent: string): HeaderValue {
  const line = peek(input) ?? '';
  if (line.startsWith(`${indent}    `)) return readText(input, `${indent}    `);
  if (line.startsWith(`${indent}  -`)) return readList(input, `${indent}  `);
  return readMap(input, `${indent}  `);
}

function readList(input: Lines, indent: string): HeaderValue[] {
  const items: HeaderValue[] = [];
  for (let line = peek(input); line?.startsWith(`${indent}-`); line = peek(input)) {
    input.at++;
    const rest = line.slice(indent.length + 1);
    items.push(rest === '' ? readItem(input, indent) : rest.slice(1));
  }
  return items;
}

// An item's map is indented by two more than its dash, its multi-line text by four: only the text has deeper lines alone.
function readItem(input: Lines, indent: string): HeaderValue {
  const line = peek(input) ?? '';
  const inner = `${indent}  `;
  if (line.startsWith(`${inner}-`)) return readList(input, inner);
  return line.startsWith(`${inner}  `) ? readText(input, `${inner}  `) : readMap(input, inner);
}

function readText(input: Lines, indent: string): string {
  const lines: string[] = [];
  for (let line = peek(input); line?.startsWith(indent); line = peek(input)) {
    lines.push(line.slice(indent.length));
    input.at++;
  }
  return lines.join('\n');
}

const peek = (input: Lines): string | undefined => input.lines[input.at];
const belongs = (line: string, indent: string): boolean => line.startsWith(indent) && line[indent.length] !== ' ';
