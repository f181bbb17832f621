import { assemble, describeAssertion, type Assertion } from './assertion';
import { AssertionError, broken, BrokenRuleError } from './errors';
import { optionalNumber } from './header-checks';
import type { HeaderMap } from './headers';
import { parseHeaders } from './parse-headers';
import { assertionType } from './types';

// snapd asserts/asserts.go, Max…Size, in bytes.
const MAX_HEADERS_BYTES = 128 * 1024;
const MAX_BODY_BYTES = 2 * 1024 * 1024;
const MAX_SIGNATURE_BYTES = 128 * 1024;
const MAX_ASSERTIONS = 1000;

const BLANK_LINE = '\n\n';

/**
 * Takes a stream of assertions apart: headers, a blank line, the body and another one where `body-length` says so, the
 * signature, and a blank line before the next. A body is skipped by its length, since it may hold blank lines itself.
 * More line breaks between two are let pass; all else is as strict as snapd's decoder. At most 1000 in one stream.
 * @throws AssertionError naming the first that is none, and why
 */
export function decodeAssertions(bytes: Uint8Array): Assertion[] {
  const assertions: Assertion[] = [];
  let rest = withoutLineBreaks(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  while (rest.length > 0) {
    const place = `assertion ${assertions.length + 1} of the stream`;
    if (assertions.length === MAX_ASSERTIONS) throw new AssertionError(place, `at most ${MAX_ASSERTIONS} are read`);
    const { assertion, size } = decodeFirst(rest, place);
    assertions.push(assertion);
    rest = withoutLineBreaks(rest.subarray(size));
  }
  return assertions;
}

/**
 * Reads one assertion.
 * @throws AssertionError when it is none, or when others follow
 */
export function decodeAssertion(bytes: Uint8Array): Assertion {
  const [assertion, ...others] = decodeAssertions(bytes);
  if (!assertion || others.length > 0) {
    throw new AssertionError('assertion', `there are ${assertion ? others.length + 1 : 'none'} where one is wanted`);
  }
  return assertion;
}

function decodeFirst(bytes: Buffer, place: string): { assertion: Assertion; size: number } {
  let name = place;
  try {
    const head = bytes.subarray(0, endOf('headers', bytes, 0, MAX_HEADERS_BYTES));
    if (head.length === bytes.length) broken('unexpected EOF');
    const headers = parseHeaders(head);
    name = `${place} (${describeHeaders(headers)})`;
    const { bodyBytes, contentBytes, signatureStart } = layout(bytes, head.length, headers);
    const end = endOf('signature', bytes, signatureStart, MAX_SIGNATURE_BYTES);
    // What is kept must not keep the whole stream in memory.
    const content = Buffer.from(bytes.subarray(0, contentBytes));
    const body = bodyBytes === 0 ? undefined : content.subarray(head.length + 2);
    const signature = Buffer.from(bytes.subarray(signatureStart, end));
    return { assertion: assemble({ headers, body, content, signature }), size: end };
  } catch (error) {
    throw error instanceof BrokenRuleError ? new AssertionError(name, error.reason) : error;
  }
}

/** Where the next blank line is, or the end. */
function endOf(what: string, bytes: Buffer, start: number, maxBytes: number): number {
  const found = bytes.subarray(start, start + maxBytes + 2).indexOf(BLANK_LINE);
  if (found >= 0) return start + found;
  if (bytes.length - start > maxBytes) broken(`${what} of more than ${maxBytes} bytes`);
  return bytes.length;
}

interface Layout {
  bodyBytes: number;
  /** Of headers and body with the blank line between them. */
  contentBytes: number;
  signatureStart: number;
}

/** Without a body, its blank line may be there or not; when it is, it belongs to what was signed. */
function layout(bytes: Buffer, headBytes: number, headers: HeaderMap): Layout {
  const bodyBytes = optionalNumber(headers, 'body-length', 0);
  if (bodyBytes > MAX_BODY_BYTES) broken(`assertion body length ${bodyBytes} exceeds maximum body size`);
  if (bodyBytes < 0) broken(`assertion body length ${bodyBytes} is negative`);
  const bodyStart = headBytes + 2;
  if (bytes.length < bodyStart + bodyBytes) broken('unexpected EOF');
  const isApart = bytes.subarray(bodyStart + bodyBytes, bodyStart + bodyBytes + 2).toString('latin1') === BLANK_LINE;
  if (isApart) return { bodyBytes, contentBytes: bodyStart + bodyBytes, signatureStart: bodyStart + bodyBytes + 2 };
  if (bodyBytes > 0) broken('missing content/signature separator');
  return { bodyBytes, contentBytes: headBytes, signatureStart: bodyStart };
}

/** Which one it is, as far as its headers tell, for an error about the rest of it. */
function describeHeaders(headers: HeaderMap): string {
  const type = typeof headers.type === 'string' ? headers.type : '';
  const names = assertionType(type)?.primaryKey;
  const primaryKey = names?.map((name) => headers[name]);
  if (primaryKey?.every((value) => typeof value === 'string')) return describeAssertion({ type, primaryKey });
  return type === '' ? 'without a type' : type.slice(0, 64);
}

function withoutLineBreaks(bytes: Buffer): Buffer {
  let start = 0;
  while (bytes[start] === 0x0a) start++;
  return bytes.subarray(start);
}
