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
  if (family === 'snap' && rest !== '') return snapField({ word, position, bare }, rest);
  if (family === 'set' && rest !== '') return setField({ word, position, bare }, rest);
  throw unknownField(word, position);
}

interface Asked {
  readonly word: string;
  readonly position: number;
  readonly bare: boolean;
}

function snapField(asked: Asked, rest: string): Field {
  const [snap, attribute] = cut(rest, '.');
  if (snap === '') throw misshapen(asked, 'snap.<name>.<attribute>');
  if (Object.hasOwn(PRESENCE.snap, attribute) || (asked.bare && attribute === '')) {
    return { of: 'snap', snap, comparison: undefined };
  }
  return { of: 'snap', snap, comparison: comparisonIn('snap', asked, attribute) };
}

function setField(asked: Asked, rest: string): Field {
  const [account, named] = cut(rest, '/');
  const [set, attribute] = cut(named, '.');
  if (account === '' || set === '') throw misshapen(asked, 'set.<account>/<name>.<attribute>');
  const rows = asked.bare && attribute === '' ? PRESENCE.set.tracked : own(PRESENCE.set, attribute);
  if (rows) return { of: 'set', rows, account, set, comparison: undefined };
  return { of: 'set', rows: 'device_sets', account, set, comparison: comparisonIn('set', asked, attribute) };
}

function comparisonIn(family: keyof typeof PRESENCE, { word, position }: Asked, attribute: string): Comparison {
  const known = family === 'snap' ? SNAP_ATTRIBUTES : SET_ATTRIBUTES;
  const comparison = own(known, attribute);
  if (comparison) return comparison;
  const names = [...Object.keys(PRESENCE[family]), ...Object.keys(known)];
  const meant = nearest(attribute, names);
  const hint = meant === undefined ? `use ${names.join(', ')}` : `did you mean "${meant}"?`;
  const what =
    attribute === '' ? `expected an attribute behind "${word}"` : `unknown attribute "${attribute}" of "${word}"`;
  throw new FilterError(`${what} (${hint})`, position);
}

const misshapen = ({ word, position }: Asked, shape: string): FilterError =>
  new FilterError(`expected ${shape}, found "${word}"`, position);

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
