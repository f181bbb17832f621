import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { broken } from '../errors';
import { ByteReader, decodePacket } from './packet';

/** An RSA key that may have signed an assertion. */
export interface PublicKey {
  /** SHA3-384 in base64url: what `sign-key-sha3-384` names. */
  readonly id: string;
  readonly key: KeyObject;
  readonly modulusBytes: number;
}

export const RSA = 1;
const PUBLIC_KEY_TAG = 6;
const KEY_VERSION = 4;
// snapd asserts/crypto.go v1FixedTimestamp: an id does not depend on when its key was made.
const FIXED_SECONDS = Date.UTC(2016, 0, 1) / 1000;
const MIN_MODULUS_BYTES = 128;
const MAX_MODULUS_BYTES = 2048;
const MAX_EXPONENT_BYTES = 3;

/**
 * Reads a key as the body of an account-key, or the `device-key` of a serial, has it.
 * @throws BrokenRuleError
 */
export function decodePublicKey(text: string): PublicKey {
  const what = 'public key';
  const reader = new ByteReader(decodePacket(text, PUBLIC_KEY_TAG, what), what);
  const version = reader.number(1);
  if (version !== KEY_VERSION) broken(`cannot decode ${what}: unsupported OpenPGP version ${version}`);
  reader.take(4); // when it was made
  const algorithm = reader.number(1);
  if (algorithm !== RSA) broken(`expected RSA public key, got instead: OpenPGP algorithm ${algorithm}`);
  const modulus = withoutZeros(reader.integer());
  const exponent = withoutZeros(reader.integer());
  reader.end();
  if (modulus.length < MIN_MODULUS_BYTES || modulus.length > MAX_MODULUS_BYTES)
    broken(`cannot use ${what}: RSA of ${modulus.length * 8} bits`);
  if (exponent.length > MAX_EXPONENT_BYTES) broken(`cannot use ${what}: large public exponent`);
  return publicKeyOf(modulus, exponent);
}

/** A key of these numbers, without zeros in front. */
export function publicKeyOf(modulus: Buffer, exponent: Buffer): PublicKey {
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') };
  const id = createHash('sha3-384').update(encodeKey(modulus, exponent)).digest('base64url');
  return { id, key: createPublicKey({ key: jwk, format: 'jwk' }), modulusBytes: modulus.length };
}

/** Snapd's version byte and the key's packet, as it is hashed and, in base64, written. */
export function encodeKey(modulus: Buffer, exponent: Buffer): Buffer {
  const made = Buffer.alloc(4);
  made.writeUInt32BE(FIXED_SECONDS);
  const body = Buffer.concat([
    Buffer.of(KEY_VERSION),
    made,
    Buffer.of(RSA),
    encodeInteger(modulus),
    encodeInteger(exponent),
  ]);
  return encodePacket(PUBLIC_KEY_TAG, body);
}

/** Snapd's version byte and one packet with a new-style header. */
export function encodePacket(tag: number, body: Buffer): Buffer {
  const size = body.length;
  const header = size < 192 ? [size] : [((size - 192) >> 8) + 192, (size - 192) & 0xff];
  return Buffer.concat([Buffer.of(1, 0xc0 | tag, ...header), body]);
}

/** Without zeros in front, and with its size in bits before it (RFC 4880 §3.2). */
export function encodeInteger(number: Buffer): Buffer {
  const value = withoutZeros(number);
  const bits = Buffer.alloc(2);
  bits.writeUInt16BE(value.length * 8 - Math.clz32(value[0] ?? 0) + 24);
  return Buffer.concat([bits, value]);
}

function withoutZeros(number: Buffer): Buffer {
  const start = number.findIndex((byte) => byte !== 0);
  return start < 0 ? Buffer.alloc(0) : number.subarray(start);
}
