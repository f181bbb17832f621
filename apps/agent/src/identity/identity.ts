import { createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** The device's own Ed25519 key. The private half never leaves the device. */
export interface Identity {
  /** Raw 32 bytes, base64url. */
  readonly publicKey: string;
  /** Signs a text. @returns base64url */
  sign(text: string): string;
}

/** PKCS#8 of a new key, PEM: what `identityOf` reads. */
export function generateIdentityKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** @throws Error when it is not the PEM of an Ed25519 private key */
export function identityOf(pem: string): Identity {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('cannot use the identity key: it is not an Ed25519 key');
  return { publicKey: publicKeyOf(key), sign: (text) => sign(null, Buffer.from(text), key).toString('base64url') };
}

function publicKeyOf(key: KeyObject): string {
  const { x } = key.export({ format: 'jwk' });
  if (!x) throw new Error('cannot use the identity key: it has no public half');
  return x;
}
