import { crc32 } from 'node:zlib';

/** Length and crc32 of the JSON that follows, both unsigned 32 bit big-endian. */
const HEAD_BYTES = 8;
const MAX_RECORD_BYTES = 8 * 1024 * 1024;

/**
 * A record as it lies in the file.
 * @throws RangeError when it is larger than `readFrames` would believe
 */
export function frameRecord(record: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(record));
  if (body.length > MAX_RECORD_BYTES) throw new RangeError(`cannot keep a record of ${body.length} bytes`);
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt32BE(body.length, 0);
  head.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([head, body]);
}

/** Whole records of a file, and how many of its bytes they take: what is beyond is a torn tail. */
export interface ReadFrames {
  readonly records: unknown[];
  readonly goodBytes: number;
}

export function readFrames(file: Buffer): ReadFrames {
  const records: unknown[] = [];
  let at = 0;
  for (;;) {
    const body = bodyAt(file, at);
    if (!body) return { records, goodBytes: at };
    records.push(JSON.parse(body.toString('utf8')));
    at += HEAD_BYTES + body.length;
  }
}

function bodyAt(file: Buffer, at: number): Buffer | undefined {
  if (file.length < at + HEAD_BYTES) return undefined;
  const length = file.readUInt32BE(at);
  if (length === 0 || length > MAX_RECORD_BYTES || file.length < at + HEAD_BYTES + length) return undefined;
  const body = file.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
  return crc32(body) === file.readUInt32BE(at + 4) ? body : undefined;
}
