import { createHash, randomBytes } from 'node:crypto';

/** Where time comes from: tests replace it by provider. */
export class Clock {
  now(): Date {
    return new Date();
  }
}

/** Where ids come from. */
export class Ids {
  /**
   * A UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits,
   * so that rows inserted together lie together in their index.
   */
  uuid(): string {
    const bytes = randomBytes(16);
    bytes.writeUIntBE(Date.now(), 0, 6);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
    return dashed(bytes);
  }
}

/** A UUID of version 8 (RFC 9562) made of what it names: the same parts give the same id. */
export function idOf(parts: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  return dashed(bytes);
}

function dashed(bytes: Buffer): string {
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
