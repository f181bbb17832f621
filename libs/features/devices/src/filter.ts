import { FleetError } from '@corefleet/platform/errors';

/** One condition of a filter; all conditions must hold. */
export interface FilterTerm {
  readonly field: 'id' | 'brand' | 'model' | 'serial' | 'label';
  /** The label's key; only with field `label`. */
  readonly key?: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** A filter that cannot be read, and where. */
export class FilterError extends FleetError {
  readonly code = 'bad-filter';

  constructor(
    what: string,
    /** Offset into the filter, in characters, from 0. */
    readonly position: number,
  ) {
    super(`cannot read filter: ${what} at position ${position}`);
  }
}

const FIELDS: ReadonlySet<string> = new Set(['id', 'brand', 'model', 'serial']);
const token = /\s*(?:(!=|=)|"((?:[^"\\]|\\.)*)"|([^\s=!"]+))/y;

interface Token {
  readonly text: string;
  readonly kind: 'operator' | 'quoted' | 'word';
  readonly position: number;
}

/**
 * Reads `model=pc and label.site=berlin and label.ring!="early birds"`. An empty filter means every device.
 * @throws FilterError naming what was expected and the position
 */
export function parseFilter(text: string): FilterTerm[] {
  const tokens = tokenize(text);
  const terms: FilterTerm[] = [];
  for (let at = 0; at < tokens.length; at += 4) {
    terms.push(parseTerm(tokens.slice(at, at + 3), text.length));
    const joint = tokens[at + 3];
    if (!joint) break;
    if (joint.text !== 'and') throw new FilterError(`expected "and", found "${joint.text}"`, joint.position);
    if (at + 4 >= tokens.length) throw new FilterError('expected a condition after "and"', text.length);
  }
  return terms;
}

function parseTerm([field, operator, value]: Token[], end: number): FilterTerm {
  if (!field || field.kind !== 'word') throw new FilterError('expected a field', field?.position ?? end);
  if (operator?.kind !== 'operator') throw new FilterError('expected = or !=', operator?.position ?? end);
  if (!value || value.kind === 'operator') throw new FilterError('expected a value', value?.position ?? end);
  const condition = { operator: operator.text as '=' | '!=', value: value.text };
  if (field.text.startsWith('label.') && field.text.length > 'label.'.length) {
    return { field: 'label', key: field.text.slice('label.'.length), ...condition };
  }
  if (!FIELDS.has(field.text)) {
    throw new FilterError(
      `unknown field "${field.text}" (use id, brand, model, serial or label.<key>)`,
      field.position,
    );
  }
  return { field: field.text as FilterTerm['field'], ...condition };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const start = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw new FilterError('unreadable text', start);
    const [whole, operator, quoted, word] = match;
    const position = start + whole.length - whole.trimStart().length;
    if (operator) tokens.push({ text: operator, kind: 'operator', position });
    else if (quoted !== undefined) tokens.push({ text: quoted.replace(/\\(.)/g, '$1'), kind: 'quoted', position });
    else tokens.push({ text: word ?? '', kind: 'word', position });
  }
  return tokens;
}
