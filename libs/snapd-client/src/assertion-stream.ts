/** A stream of assertions that breaks off, or that holds something else. */
export class AssertionStreamError extends Error {
  readonly code = 'bad-assertion-stream';

  constructor(readonly detail: string) {
    super(`cannot read assertions: ${detail}`);
    this.name = 'AssertionStreamError';
  }
}

// snapd asserts/asserts.go: what its own decoder takes, in bytes.
const MAX_HEADERS_BYTES = 128 * 1024;
const MAX_BODY_BYTES = 2 * 1024 * 1024;
const MAX_SIGNATURE_BYTES = 128 * 1024;

const BLANK_LINE = '\n\n';

/**
 * Takes a stream of assertions apart: headers, a blank line, the body and another one where `body-length` says so, the
 * signature, and a blank line before the next. A body is skipped by its length, since it may hold blank lines itself.
 * Each assertion comes out as it went in, byte for byte, with one line break at its end.
 *
 *   headers ── blank line ──> [body ── blank line ──>] signature ── blank line or end ──> headers of the next
 */
export class AssertionSplitter {
  private rest: Buffer = Buffer.alloc(0);

  /**
   * Adds what arrived.
   * @returns the assertions that are complete with it
   * @throws AssertionStreamError for what cannot be an assertion, whatever may follow
   */
  push(piece: Uint8Array): string[] {
    this.rest = Buffer.concat([this.rest, piece]);
    return this.take(false);
  }

  /**
   * Tells that nothing follows.
   * @returns the last assertion, if it was not followed by a blank line
   * @throws AssertionStreamError when the stream ends within one
   */
  end(): string[] {
    const last = this.take(true);
    if (this.rest.length > 0) throw new AssertionStreamError('the stream ends within one');
    return last;
  }

  private take(ended: boolean): string[] {
    const texts: string[] = [];
    for (;;) {
      this.rest = withoutLeadingLineBreaks(this.rest);
      const size = sizeOfFirst(this.rest, ended);
      if (size === undefined) return texts;
      texts.push(`${this.rest.subarray(0, size).toString('utf8')}\n`);
      this.rest = this.rest.subarray(size);
    }
  }
}

/**
 * The assertions of a text, each by itself.
 * @throws AssertionStreamError
 */
export function splitAssertions(text: string): string[] {
  const splitter = new AssertionSplitter();
  return [...splitter.push(Buffer.from(text)), ...splitter.end()];
}

/** Bytes of the first assertion without the line breaks after it; undefined when it is not all there. */
function sizeOfFirst(bytes: Buffer, ended: boolean): number | undefined {
  const headersEnd = bytes.indexOf(BLANK_LINE);
  bounded('headers', headersEnd < 0 ? bytes.length : headersEnd, MAX_HEADERS_BYTES);
  if (headersEnd < 0) return undefined;
  const bodyBytes = bodyLength(bytes.subarray(0, headersEnd).toString('utf8'));
  const signatureStart = headersEnd + 2 + (bodyBytes === 0 ? 0 : bodyBytes + 2);
  if (bytes.length < signatureStart) return undefined;
  if (bodyBytes > 0 && bytes.subarray(signatureStart - 2, signatureStart).toString('latin1') !== BLANK_LINE) {
    throw new AssertionStreamError(`there is no blank line after a body of ${bodyBytes} bytes`);
  }
  const signatureEnd = bytes.indexOf(BLANK_LINE, signatureStart);
  bounded('signature', (signatureEnd < 0 ? bytes.length : signatureEnd) - signatureStart, MAX_SIGNATURE_BYTES);
  if (signatureEnd === signatureStart) throw new AssertionStreamError('there is no signature');
  if (signatureEnd >= 0) return signatureEnd;
  const rest = bytes.subarray(signatureStart).toString('latin1').trimEnd();
  return ended && rest !== '' ? signatureStart + rest.length : undefined;
}

/** Of the header `body-length`; 0 without it. */
function bodyLength(headers: string): number {
  if (!/^type: \S/m.test(headers)) throw new AssertionStreamError('there is no header type');
  const length = /^body-length: (.*)$/m.exec(headers)?.[1];
  if (length === undefined) return 0;
  if (!/^\d{1,9}$/.test(length)) throw new AssertionStreamError(`body-length ${JSON.stringify(length)} is no number`);
  bounded('body', Number(length), MAX_BODY_BYTES);
  return Number(length);
}

function bounded(what: string, sizeBytes: number, maxBytes: number): void {
  if (sizeBytes > maxBytes) throw new AssertionStreamError(`the ${what} of one exceed ${maxBytes} bytes`);
}

function withoutLeadingLineBreaks(bytes: Buffer): Buffer {
  let start = 0;
  while (bytes[start] === 0x0a) start += 1;
  return start === 0 ? bytes : bytes.subarray(start);
}
