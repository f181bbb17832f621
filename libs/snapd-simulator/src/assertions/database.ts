import { parseHeaders, type AssertionHeaders } from '../assertion-headers';
import type { Device } from '../device/device';

/** One assertion the device has. */
export interface KnownAssertion {
  type: string;
  headers: AssertionHeaders;
  body?: string;
  text: string;
}

/** The assertions of one device: those it has from the factory, and those added since. */
export class Assertions {
  private readonly known = new Map<string, KnownAssertion>();

  /** Adds or replaces one, by what identifies it. */
  add(assertion: KnownAssertion): void {
    this.known.set(identity(assertion), assertion);
  }

  /** Those of a type whose headers have the given values. */
  find({ type, headers }: { type: string; headers: Readonly<Record<string, string>> }): KnownAssertion[] {
    return [...this.known.values()].filter((one) => one.type === type && hasHeaders(one, headers));
  }
}

/** Whether an assertion has all of the given header values. */
export const hasHeaders = (one: KnownAssertion, headers: Readonly<Record<string, string>>): boolean =>
  Object.entries(headers).every(([name, value]) => one.headers[name] === value);

/** Headers that identify an assertion, by type (§7.4); of other types all headers together do. */
export const PRIMARY_KEYS: Readonly<Record<string, readonly string[]>> = {
  account: ['account-id'],
  'account-key': ['public-key-sha3-384'],
  model: ['series', 'brand-id', 'model'],
  serial: ['brand-id', 'model', 'serial'],
  'snap-declaration': ['series', 'snap-id'],
  'snap-revision': ['snap-sha3-384'],
  store: ['store'],
  'system-user': ['brand-id', 'email'],
  'validation-set': ['series', 'account-id', 'name', 'sequence'],
};

function identity({ type, headers }: KnownAssertion): string {
  const names = PRIMARY_KEYS[type];
  return JSON.stringify([type, names ? names.map((name) => headers[name]) : headers]);
}

/**
 * Splits a stream of assertions and reads each one's headers.
 * @throws Error with the text of snapd's decoder
 */
export function readAssertions(text: string): KnownAssertion[] {
  const found: KnownAssertion[] = [];
  let rest = text;
  while (rest !== '') {
    const { assertion, length } = readOne(rest);
    found.push(assertion);
    rest = rest.slice(length).replace(/^\n+/, '');
  }
  return found;
}

/**
 * The same of what comes over the API, where each must name the key that signed it.
 * @throws Error with the text of snapd's decoder
 */
export function readUploaded(text: string): KnownAssertion[] {
  const found = readAssertions(text);
  if (found.some(({ headers }) => headers['sign-key-sha3-384'] === undefined)) {
    throw new Error('assertion: "sign-key-sha3-384" header is mandatory');
  }
  return found;
}

function readOne(text: string): { assertion: KnownAssertion; length: number } {
  const headersEnd = text.indexOf('\n\n');
  if (headersEnd < 0) throw new Error('unexpected EOF');
  const headers = parseHeaders(text.slice(0, headersEnd));
  const bodyBytes = Number(headers['body-length'] ?? 0);
  const bodyStart = headersEnd + 2;
  const body = bodyBytes > 0 ? Buffer.from(text.slice(bodyStart)).subarray(0, bodyBytes).toString('utf8') : undefined;
  const signatureStart = body === undefined ? bodyStart : bodyStart + body.length + 2;
  const signatureEnd = text.indexOf('\n\n', signatureStart);
  const end = signatureEnd < 0 ? text.length : signatureEnd;
  if (text.slice(signatureStart, end).trim() === '') throw new Error('unexpected EOF');
  const whole = `${text.slice(0, end).trimEnd()}\n`;
  return { assertion: { type: String(headers.type), headers, body, text: whole }, length: end };
}

/** The device's assertions: those of the factory, its model and serial as they are now, and what was added. */
export function assertionsOf(device: Device): Assertions {
  const isNew = device.parts.peek(Assertions) === undefined;
  const database = device.parts.of(Assertions);
  const { model, serial } = device;
  const texts = [model, ...(serial === undefined ? [] : [serial]), ...(isNew ? (device.options.assertions ?? []) : [])];
  for (const assertion of texts.flatMap(readAssertions)) database.add(assertion);
  return database;
}
