import { broken, quoted } from './errors';
import { optionalNumber, requiredText } from './header-checks';
import { headerMap, type HeaderMap } from './headers';
import { utf8 } from './parse-headers';
import { checkSubject } from './subjects';
import { assertionType, type AssertionType } from './types';

/** One assertion, well-formed by itself: whether it is true is for `verifyAssertions`. */
export interface Assertion {
  readonly type: string;
  /** Values of the headers that identify it, in the order of its type. */
  readonly primaryKey: readonly string[];
  readonly revision: number;
  /** Iteration of its type; one that is too new is read, and never believed. */
  readonly format: number;
  readonly authorityId: string | undefined;
  /** SHA3-384 of the key that signed it. */
  readonly signKeyId: string;
  readonly headers: HeaderMap;
  readonly body: Buffer | undefined;
  /** The bytes that were signed, as they came. */
  readonly content: Buffer;
  /** Base64, as it came. */
  readonly signature: Buffer;
}

/** What an assertion is taken apart into. */
export interface AssertionParts {
  headers: HeaderMap;
  body: Buffer | undefined;
  content: Buffer;
  signature: Buffer;
}

/**
 * Checks what can be told from the assertion alone, as snapd's `assemble` does.
 * @throws BrokenRuleError
 */
export function assemble({ headers, body, content, signature }: AssertionParts): Assertion {
  if (body) utf8(body, 'assertion body');
  const signKeyId = digest(headers, 'sign-key-sha3-384');
  const type = requiredText(headers, 'type');
  const about = assertionType(type) ?? broken(`unknown assertion type: ${quoted(type)}`);
  checkAuthority(type, about, headers);
  const format = iteration(headers, 'format');
  const complete = headerMap({ ...about.defaults, ...headers });
  const primaryKey = about.primaryKey.map((name) => keyValue(complete, name));
  const revision = iteration(headers, 'revision');
  if (signature.toString('latin1').trim() === '') broken('empty assertion signature');
  const authorityId = about.withoutAuthority ? undefined : requiredText(headers, 'authority-id');
  const assertion = {
    type,
    primaryKey,
    revision,
    format,
    authorityId,
    signKeyId,
    headers: complete,
    body,
    content,
    signature,
  };
  if (isSupported(assertion)) checkSubject(assertion);
  return assertion;
}

function checkAuthority(type: string, about: AssertionType, headers: HeaderMap): void {
  if (!about.withoutAuthority) requiredText(headers, 'authority-id');
  else if ('authority-id' in headers) broken(`${quoted(type)} assertion cannot have authority-id set`);
}

/** Whether its format is one whose meaning is known. */
export const isSupported = ({ type, format }: Pick<Assertion, 'type' | 'format'>): boolean =>
  format <= (assertionType(type)?.maxFormat ?? 0);

function iteration(headers: HeaderMap, name: string): number {
  const value = optionalNumber(headers, name, 0);
  return value < 0 ? broken(`${name} should be positive: ${value}`) : value;
}

function keyValue(headers: HeaderMap, name: string): string {
  const value = requiredText(headers, name);
  return value.includes('/') ? broken(`${quoted(name)} primary key header cannot contain '/'`) : value;
}

/** SHA3-384 in base64url without padding: 64 characters. */
function digest(headers: HeaderMap, name: string): string {
  const value = requiredText(headers, name);
  if (!/^[A-Za-z0-9_-]+$/.test(value)) broken(`${quoted(name)} header cannot be decoded: ${quoted(value)}`);
  const bits = Buffer.from(value, 'base64url').length * 8;
  return bits === 384 ? value : broken(`${quoted(name)} header does not have the expected bit length: ${bits}`);
}

/** An assertion in words, as snapd refers to one: `validation-set (3; series:16 account-id:acme name:base)`. */
export function describeAssertion({ type, primaryKey }: Pick<Assertion, 'type' | 'primaryKey'>): string {
  const about = assertionType(type);
  const names = about?.primaryKey ?? [];
  const mandatory = names.filter((name) => about?.defaults?.[name] === undefined).length;
  const last = primaryKey[mandatory - 1];
  if (last === undefined) return `${type} (-)`;
  const others = primaryKey.flatMap((value, at) => {
    const name = names[at] ?? '';
    return at === mandatory - 1 || value === about?.defaults?.[name] ? [] : [`${name}:${value}`];
  });
  return `${type} (${others.length === 0 ? last : `${last}; ${others.join(' ')}`})`;
}

/** Tells one assertion from all others, of whatever revision. */
export const identityOf = ({ type, primaryKey }: Pick<Assertion, 'type' | 'primaryKey'>): string =>
  [type, ...primaryKey].join('/');

/** The assertion as it came, with one line break at its end; a stream of several has a blank line between them. */
export const textOf = ({ content, signature }: Assertion): string =>
  `${content.toString('utf8')}\n\n${signature.toString('latin1').trimEnd()}\n`;
