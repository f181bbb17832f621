import { FilterError } from './filter-error';

/** A piece of a filter. `text` of a quoted one is without its quotation marks and backslashes. */
export interface Token {
  readonly kind: 'operator' | 'mark' | 'quoted' | 'word' | 'end';
  readonly text: string;
  /** Offset into the filter, in characters, from 0. */
  readonly position: number;
}

const token = /(!=|<=|>=|[=<>])|([(),])|"((?:[^"\\]|\\.)*)"|([^\s=!<>(),"]+)/sy;

/**
 * The filter in pieces, with one of kind `end` behind them.
 * @throws FilterError where no piece begins
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let position = skipSpace(text, 0); position < text.length; position = skipSpace(text, token.lastIndex)) {
    token.lastIndex = position;
    const match = token.exec(text);
    if (!match) throw new FilterError(unreadable(text.slice(position)), position);
    const [, operator, mark, quoted, word] = match;
    if (operator !== undefined) tokens.push({ kind: 'operator', text: operator, position });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark, position });
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.replace(/\\(.)/gs, '$1'), position });
    else tokens.push({ kind: 'word', text: word ?? '', position });
  }
  return [...tokens, { kind: 'end', text: '', position: text.length }];
}

/** A piece as an error shows it. */
export function shown({ kind, text }: Token): string {
  if (kind === 'end') return 'the end';
  return `"${text.length > 40 ? `${text.slice(0, 40)}...` : text}"`;
}

const unreadable = (rest: string): string =>
  rest.startsWith('"') ? 'quotation mark that is not closed' : 'expected "!=", found "!"';

function skipSpace(text: string, from: number): number {
  const space = /\s*/y;
  space.lastIndex = from;
  space.exec(text);
  return space.lastIndex;
}
