import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { EnrolAnswer } from '@corefleet/contracts/device-protocol';

/** The pinned keys of the signer. */
export class SigningKeys {
  private readonly keys = new Map<string, KeyObject>();

  /** @throws TypeError when a key is not an Ed25519 public key */
  constructor(pinned: EnrolAnswer['signingKeys']) {
    for (const { keyId, publicKey } of pinned) this.keys.set(keyId, ed25519PublicKey(publicKey));
  }

  /** Whether the key with that id signed `text`. False for an unknown key. */
  verify(keyId: string, text: string, signature: string): boolean {
    const key = this.keys.get(keyId);
    return key !== undefined && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  }
}

/** @param raw 32 bytes in base64url */
function ed25519PublicKey(raw: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' });
}
