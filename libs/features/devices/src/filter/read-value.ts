import type { Value } from './expression';
import type { Comparison, ValueType } from './fields';
import { FilterError } from './filter-error';
import { nearest } from './nearest';
import { shown, type Token } from './tokens';

const EXPECTED: Readonly<Record<ValueType, string>> = {
  text: 'a value',
  choice: 'a value',
  number: 'a whole number of at most 9 digits',
  bytes: 'a number of bytes such as 500000, 512M or 2G',
  version: 'a version that begins with a number, such as 2.70',
  revision: 'a revision that is a number of at most 9 digits',
  truth: 'true or false',
  moment: 'a time such as 2026-11-27T10:00:00Z, or an age such as 7d, 36h or 30m',
  id: 'a UUID',
  group: 'the name of a group',
};
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

/**
 * The value a term is compared with.
 * @param ordered it stands behind <, <=, > or >=
 * @throws FilterError saying what was expected
 */
export function readValue(
  { type, choices }: Pick<Comparison, 'type' | 'choices'>,
  token: Token,
  ordered: boolean,
): Value {
  if (token.kind !== 'word' && token.kind !== 'quoted') throw unexpected(EXPECTED[type], token);
  const value = choices ? readChoice(choices, token) : readTyped(type, token, ordered);
  if (value === undefined) throw unexpected(EXPECTED[type], token);
  return value;
}

function readTyped(type: ValueType, token: Token, ordered: boolean): Value | undefined {
  const { text, position } = token;
  switch (type) {
    case 'text':
    case 'choice':
      return textOrGlob(token);
    case 'number':
      return number(text);
    case 'bytes':
      return bytes(text);
    case 'version':
      if (!ordered) return textOrGlob(token);
      return /^\d{1,9}(\.|[^\d.]|$)/.test(text) ? { kind: 'text', text, position } : undefined;
    case 'revision':
      return ordered ? number(text) : textOrGlob(token);
    case 'truth':
      return text === 'true' || text === 'false' ? { kind: 'truth', truth: text === 'true' } : undefined;
    case 'moment':
      return age(text) ?? moment(text);
    case 'id':
      return UUID.test(text) ? { kind: 'text', text, position } : undefined;
    case 'group':
      return text === '' ? undefined : { kind: 'text', text, position };
  }
}

function readChoice(choices: readonly string[], token: Token): Value {
  const { text, position } = token;
  if (choices.includes(text)) return { kind: 'text', text, position };
  const meant = nearest(text, choices);
  const expected = meant === undefined ? `one of ${choices.join(', ')}` : `"${meant}"`;
  throw unexpected(expected, token);
}

/** A star stands for any characters, unless the text is quoted. */
function textOrGlob({ kind, text, position }: Token): Value {
  if (kind === 'quoted' || !text.includes('*')) return { kind: 'text', text, position };
  return { kind: 'glob', like: text.replace(/[\\%_]/g, '\\$&').replace(/\*+/g, '%') };
}

const number = (text: string): Value | undefined =>
  /^\d{1,9}$/.test(text) ? { kind: 'number', number: Number(text) } : undefined;

function bytes(text: string): Value | undefined {
  const [, count = '', unit = ''] = /^(\d{1,15})([KMGT]?)$/.exec(text) ?? [];
  const total = count === '' ? NaN : Number(count) * (UNIT_BYTES[unit] ?? NaN);
  return Number.isSafeInteger(total) ? { kind: 'number', number: total } : undefined;
}

function age(text: string): Value | undefined {
  const [, count = '', unit = ''] = /^(\d{1,5})([smhdw])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  return unitMs === undefined ? undefined : { kind: 'age', ms: Number(count) * unitMs };
}

/** A day alone is its beginning in UTC. A day the month does not have is none. */
function moment(text: string): Value | undefined {
  if (!TIME.test(text)) return undefined;
  const at = new Date(text);
  const day = new Date(text.slice(0, 10));
  if (Number.isNaN(at.getTime()) || Number.isNaN(day.getTime())) return undefined;
  return day.toISOString().startsWith(text.slice(0, 10)) ? { kind: 'moment', at } : undefined;
}

const unexpected = (expected: string, token: Token): FilterError =>
  new FilterError(`expected ${expected}, found ${shown(token)}`, token.position);
