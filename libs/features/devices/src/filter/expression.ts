import type { Field } from './fields';

/** What a filter says. `and` of no parts holds of every device, `or` of none of no device. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly part: Expression }
  | Term;

/** One question about a device. It is answered yes or no, never "cannot tell": what is absent is not equal to anything. */
export interface Term {
  readonly kind: 'term';
  readonly field: Field;
  readonly test: Test;
}

export type Order = '<' | '<=' | '>' | '>=';

export type Test =
  | { readonly is: 'present' }
  /** Equal to one of them. */
  | { readonly is: 'equal'; readonly values: readonly Value[] }
  | { readonly is: 'ordered'; readonly order: Order; readonly value: Value };

export type Value =
  | { readonly kind: 'text'; readonly text: string; /** Offset into the filter. */ readonly position: number }
  /** Text in which `*` stood for any characters, as a pattern of SQL's LIKE. */
  | { readonly kind: 'glob'; readonly like: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'truth'; readonly truth: boolean }
  | { readonly kind: 'moment'; readonly at: Date }
  | { readonly kind: 'age'; readonly ms: number };

/** Every term of the expression, from left to right. */
export function termsOf(expression: Expression): Term[] {
  switch (expression.kind) {
    case 'term':
      return [expression];
    case 'not':
      return termsOf(expression.part);
    case 'and':
    case 'or':
      return expression.parts.flatMap(termsOf);
  }
}
