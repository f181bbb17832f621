/*
 * The part of YAML that snap.yaml files are written in: maps and lists by indentation, maps and lists in flow form,
 * plain and quoted scalars, text blocks (`|` and `>`), comments. No anchors, tags or several documents.
 */
export type YamlValue = string | number | boolean | null | YamlValue[] | { [key: string]: YamlValue };

interface Line {
  indent: number;
  text: string;
}

/** @throws Error `cannot parse yaml: …` naming the line that fits nothing */
export function parseYaml(text: string): YamlValue {
  const lines = new Lines(text);
  const first = lines.peek();
  return first ? readBlock(lines, first.indent) : null;
}

class Lines {
  private readonly lines: Line[];
  private at = 0;

  constructor(text: string) {
    this.lines = text.split('\n').map((line) => ({ indent: line.search(/\S|$/), text: line.trim() }));
  }

  /** The next line that says something; blank lines and comments are passed over. */
  peek(): Line | undefined {
    for (; this.at < this.lines.length; this.at++) {
      const line = this.lines[this.at];
      if (line && line.text !== '' && !line.text.startsWith('#') && line.text !== '---') return line;
    }
    return undefined;
  }

  skip(): void {
    this.at++;
  }

  /** Replaces the next line: what is left of it after a list's dash. */
  replace(line: Line): void {
    this.lines[this.at] = line;
  }

  /** The lines of a text block, deeper than `indent`. */
  block(indent: number): string[] {
    const found: string[] = [];
    const inner = this.lines.slice(this.at).find((line) => line.text !== '')?.indent ?? 0;
    for (
      let line = this.lines[this.at];
      line && (line.text === '' || line.indent > indent);
      line = this.lines[++this.at]
    ) {
      found.push(' '.repeat(Math.max(0, line.text === '' ? 0 : line.indent - inner)) + line.text);
    }
    return found;
  }
}

function readBlock(lines: Lines, indent: number): YamlValue {
  const first = lines.peek();
  if (first && isItem(first.text)) return readList(lines, indent);
  if (first && keyOf(first.text)) return readMap(lines, indent);
  lines.skip();
  return first ? scalarOrFlow(first.text) : null;
}

const isItem = (text: string): boolean => text === '-' || text.startsWith('- ');

function readList(lines: Lines, indent: number): YamlValue[] {
  const items: YamlValue[] = [];
  for (let line = lines.peek(); line?.indent === indent && isItem(line.text); line = lines.peek()) {
    const rest = line.text.slice(1).trim();
    if (rest !== '') {
      const inner = line.indent + (line.text.length - rest.length);
      lines.replace({ indent: inner, text: rest });
      items.push(readBlock(lines, inner));
    } else {
      lines.skip();
      items.push(readNested(lines, indent));
    }
  }
  return items;
}

function readMap(lines: Lines, indent: number): Record<string, YamlValue> {
  const map: Record<string, YamlValue> = {};
  for (let line = lines.peek(); line?.indent === indent; line = lines.peek()) {
    const found = keyOf(line.text);
    if (!found) throw new Error(`cannot parse yaml: line ${JSON.stringify(line.text)}`);
    lines.skip();
    map[found.key] = found.rest === '' ? readNested(lines, indent, true) : inlineValue(lines, indent, found.rest);
  }
  return map;
}

function inlineValue(lines: Lines, indent: number, rest: string): YamlValue {
  const block = /^([|>])[+-]?$/.exec(rest);
  if (!block) return scalarOrFlow(rest);
  return lines
    .block(indent)
    .join(block[1] === '|' ? '\n' : ' ')
    .trimEnd();
}

/** @param inMap a list may stand as deep as the key it belongs to */
function readNested(lines: Lines, indent: number, inMap = false): YamlValue {
  const next = lines.peek();
  if (!next) return null;
  const deeper = next.indent > indent || (inMap && next.indent === indent && isItem(next.text));
  return deeper ? readBlock(lines, next.indent) : null;
}

function keyOf(text: string): { key: string; rest: string } | undefined {
  const match = /^("[^"]*"|'[^']*'|[^\s{["'][^:#]*?|[^\s{["'#]\S*?):(?:\s+(.*))?$/.exec(text);
  if (!match?.[1]) return undefined;
  return { key: unquote(match[1].trim()), rest: withoutComment(match[2] ?? '') };
}

const withoutComment = (text: string): string => (/^["'[{]/.test(text) ? text : text.replace(/\s+#.*$/, '')).trim();

const unquote = (text: string): string => (/^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text);

function scalarOrFlow(text: string): YamlValue {
  if (!/^[[{]/.test(text)) return scalar(text);
  const flow = new Flow(text);
  return flow.value();
}

function scalar(text: string): YamlValue {
  if (/^(["']).*\1$/s.test(text)) return unquote(text);
  if (text === '' || text === '~' || text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

/** Reads `{a: b, c: [d, e]}` from left to right. */
class Flow {
  private at = 0;

  constructor(private readonly text: string) {}

  value(): YamlValue {
    this.space();
    const open = this.text[this.at];
    if (open === '[') return this.items(']', () => this.value());
    if (open === '{') return Object.fromEntries(this.items('}', () => this.pair()));
    return scalar(this.word(/[,\]}]/));
  }

  private pair(): [string, YamlValue] {
    this.space();
    const key = unquote(this.word(/:(?=\s|$)|[,}]/));
    if (this.text[this.at] !== ':') return [key, null];
    this.at++;
    return [key, this.value()];
  }

  private items<Item>(close: string, read: () => Item): Item[] {
    const found: Item[] = [];
    this.at++;
    for (this.space(); this.at < this.text.length && this.text[this.at] !== close; this.space()) {
      found.push(read());
      this.space();
      if (this.text[this.at] === ',') this.at++;
    }
    this.at++;
    return found;
  }

  private word(end: RegExp): string {
    const quote = /["']/.exec(this.text[this.at] ?? '')?.[0];
    const from = this.at;
    if (quote !== undefined) {
      this.at = this.text.indexOf(quote, from + 1) + 1;
      return this.text.slice(from, this.at);
    }
    const stop = this.text.slice(from).search(end);
    this.at = stop < 0 ? this.text.length : from + stop;
    return this.text.slice(from, this.at).trim();
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }
}
