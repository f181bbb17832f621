import type * as z from 'zod/mini';
import type { Operation } from '../operation';
import { memberSchemas, typeOf } from '../schema-walk';
import { reads } from './reads';

/** A read that was asked for as one asks snapd. */
export interface FoundRead {
  readonly operation: Operation;
  /** Of path and query, each in the type its schema wants where the text has it; not checked yet. */
  readonly parameters: Record<string, unknown>;
}

/**
 * The read that a path of snapd's API with its query stands for, as in `/v2/snaps?select=all&snaps=core22,app`.
 * A path spelled out wins over one with placeholders.
 * @returns undefined when no read has that path; a bad query is left to the check of the parameters
 */
export function findRead(target: string): FoundRead | undefined {
  const [path = '', query = ''] = splitOnce(target, '?');
  const segments = decoded(path);
  if (!segments) return undefined;
  const found = reads
    .map((operation) => ({ operation, values: placeholders(operation.read?.path ?? '', segments) }))
    .filter(({ values }) => values !== undefined)
    .sort((a, b) => Object.keys(a.values ?? {}).length - Object.keys(b.values ?? {}).length)[0];
  if (!found) return undefined;
  const { operation, values = {} } = found;
  const texts = { ...textsOf(query), ...Object.fromEntries(Object.entries(values).map(([k, v]) => [k, [v]])) };
  return { operation, parameters: typed(texts, operation.parameters) };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Undefined for escapes that are none. */
function decoded(path: string): string[] | undefined {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** What stands where the template has placeholders; undefined when the path is not of the template. */
function placeholders(template: string, segments: readonly string[]): Record<string, string> | undefined {
  const wanted = template.split('/');
  if (wanted.length !== segments.length) return undefined;
  const values: Record<string, string> = {};
  for (const [at, segment] of segments.entries()) {
    const name = /^\{(.+)\}$/.exec(wanted[at] ?? '')?.[1];
    if (name && segment !== '') values[name] = segment;
    else if (segment !== wanted[at]) return undefined;
  }
  return values;
}

function textsOf(query: string): Record<string, string[]> {
  const all = new URLSearchParams(query);
  return Object.fromEntries([...new Set(all.keys())].map((name) => [name, all.getAll(name)]));
}

function typed(texts: Record<string, string[]>, schema: z.ZodMiniType<object>): Record<string, unknown> {
  const members = memberSchemas(schema);
  return Object.fromEntries(Object.entries(texts).map(([name, values]) => [name, typedValue(values, members[name])]));
}

/** A list is comma separated, repeated or both, as snapd takes it; a single value that is repeated stays a list. */
function typedValue(texts: readonly string[], schema: z.core.$ZodType | undefined): unknown {
  const type = schema && typeOf(schema);
  if (type === 'array') return texts.flatMap((text) => text.split(','));
  const [text = '', ...more] = texts;
  if (more.length > 0) return texts;
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  if (type === 'number' && /^-?\d{1,15}$/.test(text)) return Number(text);
  return text;
}
