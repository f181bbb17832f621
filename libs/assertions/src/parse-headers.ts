import { broken, quoted } from './errors';
import { headerMap, type HeaderMap, type HeaderValue } from './headers';

// snapd asserts/headers.go: what a header and the key of a map may be called.
const NAME = /^[a-z](?:-?[a-z0-9])*$/;

/** A value and the line after it. */
interface Read<T> {
  value: T;
  next: number;
}

/**
 * Reads headers. Whatever is nested needs more indentation than what it is in, so the depth of what fits into the bytes
 * allowed for headers is bounded with it (some 350 levels).
 *
 *   name: text          one line
 *   name:               with a deeper line below:
 *       text              four spaces more: text of several lines
 *     - item              two more and a dash: a list
 *     key: value          two more: a map
 * @param bytes without the blank line behind them
 * @throws BrokenRuleError in the words of snapd's parser
 */
export function parseHeaders(bytes: Uint8Array): HeaderMap {
  const lines = utf8(bytes, 'header').split('\n');
  const headers = headerMap();
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    const name = nameOf(line, 'header entry', 'header name');
    if (name in headers) broken(`repeated header: ${quoted(name)}`);
    const { value, next } = readEntry(lines, at, name.length + 1, '');
    headers[name] = value;
    at = next;
  }
  return headers;
}

/**
 * @param what of the assertion these bytes are
 * @throws BrokenRuleError when they are no UTF-8
 */
export function utf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return broken(`${what} is not utf8`);
  }
}

function nameOf(entry: string, what: string, whatName: string): string {
  const colon = entry.indexOf(':');
  if (colon < 0) broken(`${what} missing ':' separator: ${quoted(entry)}`);
  const name = entry.slice(0, colon);
  if (!NAME.test(name)) broken(`invalid ${whatName}: ${quoted(name)}`);
  return name;
}

/** @param intro characters of the line before the value: its indentation and its name or dash */
function readEntry(lines: readonly string[], at: number, intro: number, indent: string): Read<HeaderValue> {
  const line = lines[at] ?? '';
  if (line.length > intro) {
    if (line[intro] === ' ') return { value: line.slice(intro + 1), next: at + 1 };
    broken(`header entry should have a space or newline (for multiline) before value: ${quoted(line)}`);
  }
  const below = lines[at + 1];
  const inner = `${indent}  `;
  if (below?.startsWith(`${inner}-`)) return readList(lines, at + 1, inner);
  if (below?.startsWith(inner) && below.length > inner.length && below[inner.length] !== ' ')
    return readMap(lines, at + 1, inner);
  return readText(lines, at + 1, `${indent}    `);
}

function readText(lines: readonly string[], start: number, indent: string): Read<string> {
  let next = start;
  while (lines[next]?.startsWith(indent)) next++;
  if (next === start) {
    const found = lines[start] === undefined ? 'EOF' : quoted(lines[start]);
    const intro = quoted(lines[start - 1] ?? '');
    broken(`expected ${indent.length} chars nesting prefix after multiline introduction ${intro}: ${found}`);
  }
  const value = lines.slice(start, next).map((line) => line.slice(indent.length));
  return { value: value.join('\n'), next };
}

function readList(lines: readonly string[], start: number, indent: string): Read<HeaderValue[]> {
  const value: HeaderValue[] = [];
  let next = start;
  while (lines[next]?.startsWith(`${indent}-`)) {
    const item = readEntry(lines, next, indent.length + 1, indent);
    value.push(item.value);
    next = item.next;
  }
  return { value, next };
}

function readMap(lines: readonly string[], start: number, indent: string): Read<HeaderMap> {
  const value = headerMap();
  let next = start;
  for (let line = lines[next]; line?.startsWith(indent); line = lines[next]) {
    const key = nameOf(line.slice(indent.length), 'map entry', 'map entry key');
    if (key in value) broken(`repeated map entry: ${quoted(key)}`);
    const entry = readEntry(lines, next, indent.length + key.length + 1, indent);
    value[key] = entry.value;
    next = entry.next;
  }
  return { value, next };
}
