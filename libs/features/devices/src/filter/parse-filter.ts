import type { Expression, Order, Test, Value } from './expression';
import type { Comparison, Field } from './fields';
import { FilterError } from './filter-error';
import { findField } from './find-field';
import { readValue } from './read-value';
import { shown, tokenize, type Token } from './tokens';

/** Bounds of one filter: characters, parentheses and `not` inside each other, terms (each value of an `in` is one). */
export const FILTER_MOST = { length: 4000, depth: 20, terms: 200 } as const;

/**
 * Reads a filter such as `model=pc and (label.site in (berlin, bonn) or not snap.core22.revision<1380)`.
 * `not` binds closer than `and`, `and` closer than `or`. An empty filter means every device.
 * @throws FilterError naming what was expected, the position and, for a slip, the nearest known name
 */
export function parseFilter(text: string): Expression {
  if (text.length > FILTER_MOST.length) {
    throw new FilterError(`expected at most ${FILTER_MOST.length} characters`, FILTER_MOST.length);
  }
  return new FilterParser(tokenize(text)).filter();
}

class FilterParser {
  private at = 0;
  private terms = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  filter(): Expression {
    if (this.isAtEnd()) return { kind: 'and', parts: [] };
    const expression = this.alternatives(0);
    if (!this.isAtEnd()) throw this.unexpected('"and" or "or"');
    return expression;
  }

  private alternatives(depth: number): Expression {
    return this.joined('or', () => this.joined('and', () => this.factor(depth)));
  }

  private joined(kind: 'and' | 'or', part: () => Expression): Expression {
    const first = part();
    const others: Expression[] = [];
    while (this.takesWord(kind)) others.push(part());
    return others.length === 0 ? first : { kind, parts: [first, ...others] };
  }

  private factor(depth: number): Expression {
    const { position } = this.next;
    if (depth > FILTER_MOST.depth) {
      throw new FilterError(`expected at most ${FILTER_MOST.depth} levels of parentheses and "not"`, position);
    }
    if (this.takesWord('not')) return { kind: 'not', part: this.factor(depth + 1) };
    if (this.takesMark('(')) {
      const inside = this.alternatives(depth + 1);
      if (!this.takesMark(')')) throw this.unexpected('"and", "or" or ")"');
      return inside;
    }
    if (this.takesWord('has')) return this.count({ kind: 'term', field: this.field(true), test: { is: 'present' } });
    return this.count(this.comparison());
  }

  private comparison(): Expression {
    const field = this.field(false);
    const comparison = comparisonOf(field);
    const operator = this.operator(operatorsOf(comparison));
    switch (operator) {
      case '=':
        return { kind: 'term', field, test: { is: 'equal', values: [this.value(comparison, false)] } };
      case '!=': {
        const test: Test = { is: 'equal', values: [this.value(comparison, false)] };
        return { kind: 'not', part: { kind: 'term', field, test } };
      }
      case 'in':
        return { kind: 'term', field, test: { is: 'equal', values: this.list(comparison) } };
      default:
        return { kind: 'term', field, test: { is: 'ordered', order: operator, value: this.value(comparison, true) } };
    }
  }

  private operator(known: readonly Operator[]): Operator {
    const { kind, text } = this.next;
    const found = known.find((operator) => operator === text && (kind === 'operator' || kind === 'word'));
    if (!found) throw this.unexpected(`${known.slice(0, -1).join(', ')} or ${known.at(-1) ?? ''}`);
    this.at += 1;
    return found;
  }

  private field(bare: boolean): Field {
    const token = this.next;
    if (token.kind !== 'word') throw this.unexpected(bare ? 'a field' : 'a field, "not", "has" or "("');
    this.at += 1;
    return findField(token.text, token.position, bare);
  }

  private list(comparison: ReadableComparison): Value[] {
    if (!this.takesMark('(')) throw this.unexpected('"("');
    const values = [this.value(comparison, false)];
    while (this.takesMark(',')) values.push(this.value(comparison, false));
    if (!this.takesMark(')')) throw this.unexpected('"," or ")"');
    this.terms += values.length - 1;
    return values;
  }

  private value(comparison: ReadableComparison, ordered: boolean): Value {
    const value = readValue(comparison, this.next, ordered);
    this.at += 1;
    return value;
  }

  private count(term: Expression): Expression {
    this.terms += 1;
    if (this.terms > FILTER_MOST.terms) {
      throw new FilterError(`expected at most ${FILTER_MOST.terms} terms`, this.next.position);
    }
    return term;
  }

  private takesWord(text: string): boolean {
    return this.takes('word', text);
  }

  private takesMark(text: string): boolean {
    return this.takes('mark', text);
  }

  private takes(kind: Token['kind'], text: string): boolean {
    const taken = this.next.kind === kind && this.next.text === text;
    if (taken) this.at += 1;
    return taken;
  }

  private isAtEnd(): boolean {
    return this.next.kind === 'end';
  }

  private get next(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '', position: 0 };
  }

  private unexpected(what: string): FilterError {
    return new FilterError(`expected ${what}, found ${shown(this.next)}`, this.next.position);
  }
}

type Operator = '=' | '!=' | 'in' | Order;
type ReadableComparison = Pick<Comparison, 'type' | 'choices'>;

const EQUALITY: readonly Operator[] = ['=', '!=', 'in'];
const ORDER: readonly Operator[] = ['<', '<=', '>', '>='];

function operatorsOf({ type }: ReadableComparison): readonly Operator[] {
  if (type === 'moment') return ORDER;
  return ['number', 'bytes', 'version', 'revision'].includes(type) ? [...EQUALITY, ...ORDER] : EQUALITY;
}

function comparisonOf(field: Field): ReadableComparison {
  switch (field.of) {
    case 'label':
    case 'system-label':
      return { type: 'text' };
    case 'group':
      return { type: 'group' };
    case 'device':
      return field.comparison;
    case 'snap':
    case 'set':
      return field.comparison ?? { type: 'truth' };
  }
}
