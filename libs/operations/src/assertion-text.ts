import { quoted } from './snapd-words';

/** The headers of one assertion that stand on a line of their own; lists, maps and longer texts are left out. */
export type AssertionHeaders = Readonly<Record<string, string>>;

/** What a stream of assertions holds, or what snapd would say of it. */
export type ParsedAssertions =
  | { readonly kind: 'assertions'; readonly assertions: readonly AssertionHeaders[] }
  | { readonly kind: 'malformed'; readonly problem: string };

// snapd asserts/asserts.go, Max…Size, in bytes.
const MOST = { headers: 128 * 1024, body: 2 * 1024 * 1024, signature: 128 * 1024 };

/**
 * Takes assertions apart as snapd's decoder does: HEADERS, a body of `body-length` bytes if there is one, SIGNATURE, with
 * blank lines between them. Who signed is not looked at.
 * @param text one assertion or several
 */
export function parseAssertions(text: string): ParsedAssertions {
  const assertions: AssertionHeaders[] = [];
  let rest: Buffer = Buffer.from(text);
  while (rest.length > 0) {
    const next = takeAssertion(rest);
    if (typeof next === 'string') return { kind: 'malformed', problem: next };
    assertions.push(next.headers);
    rest = next.rest;
  }
  if (assertions.length === 0) return { kind: 'malformed', problem: 'unexpected EOF' };
  return { kind: 'assertions', assertions };
}

/** The next assertion and what follows it, or the problem. */
function takeAssertion(bytes: Buffer): { headers: AssertionHeaders; rest: Buffer } | string {
  const end = bytes.indexOf('\n\n');
  if (end < 0) return 'unexpected EOF';
  if (end > MOST.headers)
    return 'error reading assertion headers: maximum size exceeded while looking for delimiter "\\n\\n"';
  const headers = parseHeaders(bytes.subarray(0, end).toString());
  if (typeof headers === 'string') return `parsing assertion headers: ${headers}`;
  const length = Number(headers['body-length'] ?? 0);
  if (!Number.isInteger(length))
    return `assertion: "body-length" header is not an integer: ${headers['body-length'] ?? ''}`;
  if (length > MOST.body) return `assertion body length ${length} exceeds maximum body size`;
  const problem = problemIn(headers);
  if (problem) return problem;
  const signature = signatureAfter(bytes.subarray(end + 2), length);
  return typeof signature === 'string' ? signature : { headers, rest: signature };
}

/** What follows body and signature, or the problem. Without a body its blank line may be missing. */
function signatureAfter(bytes: Buffer, length: number): Buffer | string {
  let rest = bytes;
  if (length > 0) {
    if (rest.length < length) return 'unexpected EOF';
    if (rest.subarray(length, length + 2).toString() !== '\n\n') return 'missing content/signature separator';
    rest = rest.subarray(length + 2);
  } else if (rest.subarray(0, 2).toString() === '\n\n') {
    rest = rest.subarray(2);
  }
  const end = rest.indexOf('\n\n');
  const signature = end < 0 ? rest : rest.subarray(0, end);
  if (signature.length > MOST.signature) return 'error reading assertion signature: maximum size exceeded';
  if (signature.toString().trim() === '') return 'empty assertion signature';
  return end < 0 ? Buffer.alloc(0) : rest.subarray(end + 2);
}

const HEADER = /^[a-z](?:-?[a-z0-9])*$/;

/** Entries begin at the margin; what is indented belongs to the one before. */
function parseHeaders(text: string): Record<string, string> | string {
  const headers: Record<string, string> = {};
  const seen = new Set<string>();
  let open: string | undefined;
  for (const line of text.split('\n')) {
    if (open !== undefined && line.startsWith('  ')) continue;
    const at = line.indexOf(':');
    if (at < 0) return `header entry missing ':' separator: ${quoted(line)}`;
    const name = line.slice(0, at);
    if (!HEADER.test(name)) return `invalid header name: ${quoted(name)}`;
    if (seen.has(name)) return `repeated header: ${quoted(name)}`;
    seen.add(name);
    open = line.length === at + 1 ? name : undefined;
    if (open === undefined && line[at + 1] !== ' ')
      return `header entry should have a space or newline (for multiline) before value: ${quoted(line)}`;
    if (open === undefined) headers[name] = line.slice(at + 2);
  }
  return headers;
}

/** Signed by themselves, or only sent: there is no authority to name (snapd asserts/asserts.go, noAuthority). */
const WITHOUT_AUTHORITY = [
  'serial-request',
  'device-session-request',
  'account-key-request',
  'confdb-control',
  'response-message',
];

function problemIn(headers: AssertionHeaders): string | undefined {
  const required = ['type', ...(WITHOUT_AUTHORITY.includes(headers.type ?? '') ? [] : ['authority-id'])];
  const missing = required.find((name) => (headers[name] ?? '') === '');
  return missing && `assertion: ${quoted(missing)} header is mandatory`;
}

/** The headers that tell one assertion of a type from another (snapd asserts, PrimaryKey). */
const PRIMARY_KEYS: Readonly<Record<string, readonly string[]>> = {
  account: ['account-id'],
  'account-key': ['public-key-sha3-384'],
  model: ['series', 'brand-id', 'model'],
  serial: ['brand-id', 'model', 'serial'],
  'snap-declaration': ['series', 'snap-id'],
  'snap-revision': ['snap-sha3-384'],
  'system-user': ['brand-id', 'email'],
  'validation-set': ['series', 'account-id', 'name', 'sequence'],
  store: ['store'],
};

/** Header values to look one assertion up by; for types not known here only who it is from. */
export function lookupOf(headers: AssertionHeaders): Record<string, string> {
  const names = PRIMARY_KEYS[headers.type ?? ''] ?? ['authority-id'];
  return Object.fromEntries(names.map((name) => [name, headers[name] ?? (name === 'series' ? '16' : '')]));
}
