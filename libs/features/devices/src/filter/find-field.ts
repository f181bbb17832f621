import {
  DEVICE_FIELDS,
  FIELD_SHAPES,
  OTHER_FIELDS,
  PRESENCE,
  SET_ATTRIBUTES,
  SNAP_ATTRIBUTES,
  type Comparison,
  type Field,
} from './fields';
import { FilterError } from './filter-error';
import { nearest } from './nearest';

/**
 * The field a word of a filter names.
 * @param bare after `has`, where a snap or a set may stand without an attribute
 * @throws FilterError with the nearest known name
 */
export function findField(word: string, position: number, bare: boolean): Field {
  const comparison = own(DEVICE_FIELDS, word);
  if (comparison) return { of: 'device', name: word, comparison };
  const other = own(OTHER_FIELDS, word);
  if (other) return other;
  const [family, rest] = cut(word, '.');
  if (family === 'label' && rest !== '') return { of: 'label', key: rest };
  if (family === 'snap' && rest !== '') return snapField(word, rest, position, bare);
  if (family === 'set' && rest !== '') return setField(word, rest, position, bare);
  throw unknownField(word, position);
}

function snapField(word: string, rest: string, position: number, bare: boolean): Field {
  const [snap, attribute] = cut(rest, '.');
  if (snap === '') throw new FilterError(`expected snap.<name>.<attribute>, found "${word}"`, position);
  return { of: 'snap', snap, comparison: attributeOf('snap', { word, position, bare }, attribute, SNAP_ATTRIBUTES) };
}

function setField(word: string, rest: string, position: number, bare: boolean): Field {
  const [account, named] = cut(rest, '/');
  const [set, attribute] = cut(named, '.');
  if (account === '' || set === '') {
    throw new FilterError(`expected set.<account>/<name>.<attribute>, found "${word}"`, position);
  }
  return {
    of: 'set',
    account,
    set,
    comparison: attributeOf('set', { word, position, bare }, attribute, SET_ATTRIBUTES),
  };
}

/** @returns undefined when the question is whether there is a row at all */
function attributeOf(
  family: keyof typeof PRESENCE,
  { word, position, bare }: { word: string; position: number; bare: boolean },
  attribute: string,
  known: Readonly<Record<string, Comparison>>,
): Comparison | undefined {
  if (attribute === PRESENCE[family] || (bare && attribute === '')) return undefined;
  const comparison = own(known, attribute);
  if (comparison) return comparison;
  const names = [PRESENCE[family], ...Object.keys(known)];
  const meant = nearest(attribute, names);
  const hint = meant === undefined ? `use ${names.join(', ')}` : `did you mean "${meant}"?`;
  const what =
    attribute === '' ? `expected an attribute behind "${word}"` : `unknown attribute "${attribute}" of "${word}"`;
  throw new FilterError(`${what} (${hint})`, position);
}

function unknownField(word: string, position: number): FilterError {
  const names = [...Object.keys(DEVICE_FIELDS), ...Object.keys(OTHER_FIELDS)];
  const meant = nearest(word, names);
  const hint = meant === undefined ? `use ${[...names, ...FIELD_SHAPES].join(', ')}` : `did you mean "${meant}"?`;
  return new FilterError(`unknown field "${word}" (${hint})`, position);
}

/** Before and behind the first `mark`; all of it before, where there is none. */
function cut(word: string, mark: string): [string, string] {
  const at = word.indexOf(mark);
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + mark.length)];
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
