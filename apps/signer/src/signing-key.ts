import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CheckpointSigner } from '@corefleet/audit-chain';
import type { CommandSigner } from '@corefleet/features/commands';

/** An Ed25519 key of the fleet, held in this process's memory alone. */
export class SigningKey implements CommandSigner, CheckpointSigner {
  /** Raw 32 bytes, base64url. */
  readonly publicKey: string;
  /** SHA-256 of the raw public key, base64url. */
  readonly keyId: string;

  constructor(private readonly privateKey: KeyObject) {
    const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
    if (jwk.crv !== 'Ed25519' || !jwk.x) throw new Error('cannot sign: the key is not an Ed25519 key');
    this.publicKey = jwk.x;
    this.keyId = createHash('sha256').update(Buffer.from(jwk.x, 'base64url')).digest('base64url');
  }

  /** Reads the key, or makes it when the file is not there. @throws when the file holds something else */
  static load(file: string): SigningKey {
    if (!existsSync(file)) writeNewKey(file);
    return new SigningKey(createPrivateKey(readFileSync(file)));
  }

  sign(text: string): string {
    return sign(null, Buffer.from(text), this.privateKey).toString('base64url');
  }
}

function writeNewKey(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
}
