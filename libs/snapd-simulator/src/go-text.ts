import { goJsonError } from './go-json-error';

/** Go's `%q` for the plain text snapd quotes in its messages. */
export const quote = (text: string): string => JSON.stringify(text);

/** `"a", "b"`: snapd's strutil.Quoted. */
export const quoteAll = (texts: readonly string[]): string => texts.map(quote).join(', ');

const ESCAPED: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** JSON as Go's encoder writes it: `<`, `>` and `&` escaped (§1.3). */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (found) => ESCAPED[found] ?? found);
}

/**
 * Decodes the first JSON value of a body the way Go's decoder does, and says whether anything follows it.
 * @throws Error with the text of Go's json.Decoder (`EOF`, `unexpected EOF`, `invalid character …`)
 */
export function decodeFirstJson(body: string): { value: unknown; trailing: boolean } {
  const text = body.trimStart();
  if (text === '') throw new Error('EOF');
  const end = endOfFirstValue(text);
  if (end === undefined) throw new Error(goJsonError(text));
  try {
    return { value: JSON.parse(text.slice(0, end)) as unknown, trailing: text.slice(end).trim() !== '' };
  } catch (cause) {
    throw new Error(goJsonError(text), { cause });
  }
}

function endOfFirstValue(text: string): number | undefined {
  if (!/^[{["]/.test(text)) return text.match(/^[^\s{}[\],]+/)?.[0].length ?? 1;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    if (depth === 0 && !inString) return i + 1;
  }
  return undefined;
}
