import { createHash, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { encodeHeaders } from './encode-headers';
import { headerMap, type HeaderValue } from './headers';
import { encodeInteger, encodeKey, encodePacket, publicKeyOf } from './openpgp/public-key';
import { hashedPart, signedBytes } from './openpgp/signature';
import { assertionType } from './types';

/** What is said, without what signing adds (`body-length`, `sign-key-sha3-384`). */
export interface Statement {
  type: string;
  headers: Readonly<Record<string, HeaderValue>>;
  body?: string;
}

/**
 * Signs an assertion with an RSA key, as snapd's own signer writes one. Nothing is checked: who signs nonsense gets it
 * refused by who reads it.
 * @param made when; the signature says so
 * @returns its text, with one line break at its end
 */
export function signAssertion({ type, headers, body }: Statement, privateKey: KeyObject, made: Date): string {
  const content = encodeContent({ type, headers, body }, encodePublicKey(privateKey).id);
  return `${content}\n\n${signContent(Buffer.from(content), privateKey, made)}\n`;
}

/** The bytes to sign: headers in snapd's order, and the body. */
export function encodeContent({ type, headers, body = '' }: Statement, signKeyId: string): string {
  const bodyBytes = Buffer.byteLength(body);
  const all = headerMap({
    ...headers,
    type,
    ...(bodyBytes > 0 && { 'body-length': String(bodyBytes) }),
    'sign-key-sha3-384': signKeyId,
  });
  const first = ['type', 'format', 'authority-id', 'revision', ...(assertionType(type)?.primaryKey ?? [])];
  const head = encodeHeaders(all, first, ['body-length', 'sign-key-sha3-384']);
  return bodyBytes > 0 ? `${head}\n\n${body}` : head;
}

/** A key's id, and its text as the body of an account-key has it. */
export function encodePublicKey(key: KeyObject): { id: string; text: string } {
  const { n = '', e = '' } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  const [modulus, exponent] = [Buffer.from(n, 'base64url'), Buffer.from(e, 'base64url')];
  return { id: publicKeyOf(modulus, exponent).id, text: inLines(encodeKey(modulus, exponent)) };
}

function signContent(content: Buffer, privateKey: KeyObject, made: Date): string {
  const hashed = hashedPart(Math.floor(made.getTime() / 1000));
  const signed = signedBytes(content, hashed);
  const prefix = createHash('sha512').update(signed).digest().subarray(0, 2);
  const nothingUnhashed = Buffer.of(0, 0);
  const value = encodeInteger(sign('RSA-SHA512', signed, privateKey));
  return inLines(encodePacket(2, Buffer.concat([hashed, nothingUnhashed, prefix, value])));
}

const inLines = (bytes: Buffer): string => (bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\n');
