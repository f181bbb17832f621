import { crc32 } from 'node:zlib';

/** Length and crc32 of the JSON that follows, both unsigned 32 bit big-endian. */
const HEAD_BYTES = 8;
const MAX_RECORD_BYTES = 8 * 1024 * 1024;
/** How each body begins: where a record may start again behind damage. */
const BODY_BEGINS = Buffer.from('{"n":');

/** A record as it lies in the file: `n` is its serial number, one above that of the record before it. */
export interface Numbered {
  readonly n: number;
}

/**
 * A record as it lies in the file.
 * @param sizeBytes what it takes at least: the JSON ends in blanks then
 * @throws RangeError when it is larger than `readFrames` would believe
 */
export function frameRecord(n: number, record: object, sizeBytes = 0): Buffer {
  const text = JSON.stringify({ n, ...record });
  const body = Buffer.from(text + ' '.repeat(Math.max(0, sizeBytes - HEAD_BYTES - Buffer.byteLength(text))));
  if (body.length > MAX_RECORD_BYTES) throw new RangeError(`cannot keep a record of ${body.length} bytes`);
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt32BE(body.length, 0);
  head.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([head, body]);
}

export interface ReadFrames {
  /** Every whole record of the file, in its order; what lies between two of them is not said. */
  readonly records: Numbered[];
  /** Bytes before the first that belongs to none of them. */
  readonly goodBytes: number;
  /** What is behind the last whole record: nothing, a record cut short as a crash leaves it, or something else. */
  readonly tail: 'none' | 'cut-short' | 'damaged';
}

/** Reads what is whole, also behind what is damaged. */
export function readFrames(file: Buffer): ReadFrames {
  const records: Numbered[] = [];
  let at = 0;
  let goodBytes: number | undefined;
  for (;;) {
    const frame = frameAt(file, at) ?? nextFrame(file, at + 1);
    if (!frame) return { records, goodBytes: goodBytes ?? at, tail: tailOf(file.subarray(at)) };
    if (frame.at !== at) goodBytes ??= at;
    records.push(frame.record);
    at = frame.end;
  }
}

/** The first whole record that is so, and where it lies. */
export function findFrame(file: Buffer, isSo: (record: Numbered) => boolean): Frame | undefined {
  let frame = frameAt(file, 0);
  while (frame && !isSo(frame.record)) frame = frameAt(file, frame.end);
  return frame;
}

export interface Frame {
  readonly at: number;
  readonly end: number;
  readonly record: Numbered;
}

function frameAt(file: Buffer, at: number): Frame | undefined {
  if (file.length < at + HEAD_BYTES) return undefined;
  const length = file.readUInt32BE(at);
  const end = at + HEAD_BYTES + length;
  if (length === 0 || length > MAX_RECORD_BYTES || file.length < end) return undefined;
  const body = file.subarray(at + HEAD_BYTES, end);
  if (crc32(body) !== file.readUInt32BE(at + 4)) return undefined;
  return { at, end, record: JSON.parse(body.toString('utf8')) as Numbered };
}

/** The next whole record at or behind `from`, wherever it begins. */
function nextFrame(file: Buffer, from: number): Frame | undefined {
  for (let body = file.indexOf(BODY_BEGINS, from + HEAD_BYTES); body >= 0; body = file.indexOf(BODY_BEGINS, body + 1)) {
    const frame = frameAt(file, body - HEAD_BYTES);
    if (frame) return frame;
  }
  return undefined;
}

/** An append that a crash interrupted is a beginning: its length says more than is there, and its text has no end. */
function tailOf(tail: Buffer): ReadFrames['tail'] {
  if (tail.length === 0) return 'none';
  const body = tail.subarray(HEAD_BYTES);
  const begins = body.subarray(0, BODY_BEGINS.length).equals(BODY_BEGINS.subarray(0, body.length));
  const length = tail.length < 4 ? HEAD_BYTES : tail.readUInt32BE(0);
  const cutShort = begins && length > 0 && length <= MAX_RECORD_BYTES && length > body.length && !isWholeJson(body);
  return cutShort ? 'cut-short' : 'damaged';
}

function isWholeJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
