import { broken, quoted } from './errors';
import { isMap, type HeaderMap, type HeaderValue } from './headers';

/** Whether a value fits; undefined is a header that is not there. */
export type Constraint = (value: HeaderValue | undefined) => boolean;

/**
 * What an account-key may sign (snapd asserts/account_key.go, constraint.go): a list of maps whose `headers` say of each
 * header a regular expression, a map, or alternatives. Only what is verified itself is ever matched with.
 * @throws BrokenRuleError when that is not what it is, or an expression has a form that JavaScript does not know
 */
export function compileConstraints(value: HeaderValue | undefined): Constraint[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) broken('assertions constraints must be a list of maps');
  return value.map((constraint) => {
    if (!isMap(constraint)) broken('assertions constraints must be a list of maps');
    const { headers } = constraint;
    if (!isMap(headers)) broken('"headers" constraint mandatory in assertions constraints');
    if (typeof headers.type !== 'string') broken('type header constraint mandatory in assertions constraints');
    if (!/^[a-z0-9-]+$/.test(headers.type)) {
      broken('type header constraint must be a precise string and not a regexp');
    }
    return matchMap(headers);
  });
}

function compile(path: string, constraint: HeaderValue): Constraint {
  if (isMap(constraint)) return matchMap(constraint, `${path}.`);
  if (Array.isArray(constraint)) return matchOne(path, constraint);
  if (constraint === '$MISSING') return (value) => value === undefined;
  if (constraint.startsWith('$')) {
    broken(`cannot compile ${quoted(path)} constraint ${quoted(constraint)}: no $OP() or $REF constraints supported`);
  }
  const expression = regularExpression(path, constraint);
  return forEach((value) => typeof value === 'string' && expression.test(value));
}

function matchMap(constraints: HeaderMap, path = ''): Constraint {
  const entries = Object.entries(constraints).map(
    ([name, constraint]) => [name, compile(`${path}${name}`, constraint)] as const,
  );
  return forEach((value) => isMap(value) && entries.every(([name, matches]) => matches(value[name])));
}

function matchOne(path: string, constraints: readonly HeaderValue[]): Constraint {
  if (constraints.some(Array.isArray)) broken(`cannot nest alternative constraints directly at ${quoted(path)}`);
  const alternatives = constraints.map((constraint) => compile(path, constraint));
  return forEach((value) => alternatives.some((matches) => matches(value)));
}

/** Of a list each item must fit. */
const forEach =
  (matches: Constraint): Constraint =>
  (value) =>
    Array.isArray(value) ? value.every((item) => forEach(matches)(item)) : matches(value);

function regularExpression(path: string, text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`, 'u');
  } catch (error) {
    return broken(`cannot compile ${quoted(path)} constraint ${quoted(text)}: ${(error as Error).message}`);
  }
}
