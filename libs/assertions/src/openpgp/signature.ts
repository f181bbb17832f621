import { createHash, verify } from 'node:crypto';
import { broken } from '../errors';
import { ByteReader, decodePacket } from './packet';
import { RSA, type PublicKey } from './public-key';

const SIGNATURE_TAG = 2;
const SIGNATURE_VERSION = 4;
const BINARY_DOCUMENT = 0;
const SHA512 = 10;

/** What is needed of a version 4 signature packet (RFC 4880 §5.2.3). */
interface Signature {
  /** From its version to the end of the hashed part: signed with the content. */
  hashed: Buffer;
  /** The first two bytes of the digest. */
  hashPrefix: Buffer;
  value: Buffer;
}

/**
 * Tells whether a key signed these bytes. What OpenPGP leaves unsigned (a hint which key it was) is not looked at.
 * @param text base64, as an assertion ends with it
 * @returns why not; undefined when it did
 * @throws BrokenRuleError when it is no signature
 */
export function whyNotSigned(content: Buffer, text: string, { key, modulusBytes }: PublicKey): string | undefined {
  const { hashed, hashPrefix, value } = decodeSignature(text);
  const signed = signedBytes(content, hashed);
  const digest = createHash('sha512').update(signed).digest();
  if (!digest.subarray(0, 2).equals(hashPrefix)) return 'hash tag does not match';
  if (value.length > modulusBytes) return 'RSA verification failure';
  const padded = Buffer.concat([Buffer.alloc(modulusBytes - value.length), value]);
  return verify('RSA-SHA512', signed, key, padded) ? undefined : 'RSA verification failure';
}

/** Content, the hashed part of the signature, and the trailer that says how long that is (RFC 4880 §5.2.4). */
export function signedBytes(content: Buffer, hashed: Buffer): Buffer {
  const trailer = Buffer.of(SIGNATURE_VERSION, 0xff, 0, 0, 0, 0);
  trailer.writeUInt32BE(hashed.length, 2);
  return Buffer.concat([content, hashed, trailer]);
}

/** Seconds since 1970 as the one hashed subpacket, as snapd writes it: when the signature was made. */
export function hashedPart(madeSeconds: number): Buffer {
  const made = Buffer.of(5, 2, 0, 0, 0, 0);
  made.writeUInt32BE(madeSeconds, 2);
  return Buffer.concat([Buffer.of(SIGNATURE_VERSION, BINARY_DOCUMENT, RSA, SHA512, 0, made.length), made]);
}

function decodeSignature(text: string): Signature {
  const what = 'signature';
  const body = decodePacket(text, SIGNATURE_TAG, what);
  const reader = new ByteReader(body, what);
  const [version, type, algorithm, hash] = reader.take(4);
  if (version !== SIGNATURE_VERSION) broken(`cannot decode ${what}: unsupported OpenPGP version ${version ?? 0}`);
  if (type !== BINARY_DOCUMENT)
    broken(`cannot decode ${what}: it is of OpenPGP type ${type ?? 0}, and not of a document`);
  if (algorithm !== RSA) broken(`cannot decode ${what}: public key and signature use different algorithms`);
  if (hash !== SHA512) broken(`cannot decode ${what}: expected SHA512 digest, got OpenPGP hash ${hash ?? 0}`);
  reader.take(reader.number(2));
  const hashed = body.subarray(0, body.length - reader.rest);
  reader.take(reader.number(2));
  const hashPrefix = reader.take(2);
  const value = reader.integer();
  reader.end();
  return { hashed, hashPrefix, value };
}
