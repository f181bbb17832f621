import { createHash, createPublicKey, verify, type Hash } from 'node:crypto';

// The one module that knows where hashes and signatures come from.

/** SHA-256 of the parts, one after the other: 32 bytes. */
export function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** A SHA-256 that is fed piece by piece. */
export const running = (): Hash => createHash('sha256');

/** How hashes, leaves and keys are written: 32 bytes as 43 characters of base64url. */
export const written = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** @param key raw Ed25519 public key, base64url @param signature base64url @returns false also for a key that is none */
export function isSignedBy(key: string, text: string, signature: string): boolean {
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
    return verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64url'));
  } catch {
    return false; // node throws for bytes that are no point of the curve: nobody has signed with that
  }
}
