import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import {
  canonicalJson,
  commandSigningText,
  timeSigningText,
  type Envelope,
  type SignedCommand,
  type SignedTime,
} from '@corefleet/contracts/device-protocol';

/** A signer of its own for a test. */
export class TestSigner {
  private readonly pair = generateKeyPairSync('ed25519');
  readonly publicKey = this.pair.publicKey.export({ format: 'jwk' }).x ?? '';
  readonly keyId = createHash('sha256').update(this.publicKey).digest('base64url');

  get pinned(): { keyId: string; publicKey: string }[] {
    return [{ keyId: this.keyId, publicKey: this.publicKey }];
  }

  command(envelope: Envelope): SignedCommand {
    const text = canonicalJson(envelope);
    return { envelope: text, keyId: this.keyId, signature: this.sign(commandSigningText(text)) };
  }

  time(nonce: string, enrolmentId: string, time = new Date()): SignedTime {
    const statement = canonicalJson({ nonce, 'enrolment-id': enrolmentId, time: time.toISOString() });
    return { statement, keyId: this.keyId, signature: this.sign(timeSigningText(statement)) };
  }

  private sign(text: string): string {
    return sign(null, Buffer.from(text), this.pair.privateKey).toString('base64url');
  }
}

/** An envelope that is valid now; a test states what matters to it. */
export function anEnvelope(fields: Partial<Envelope> = {}): Envelope {
  const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
  return {
    'message-id': randomUUID(),
    'account-id': 'acme',
    'message-kind': 'read-configuration',
    sequence: 1,
    device: 'sn-1.edge.acme',
    'enrolment-id': ENROLMENT_ID,
    assumes: [],
    'valid-since': at(-60),
    'valid-until': at(600),
    'deadline-seconds': 600,
    timestamp: at(0),
    body: { name: 'system' },
    ...fields,
  };
}

export const ENROLMENT_ID = '2f0f5b6e-7c1d-4d3a-9a66-0d6c4a1f2b3c';
export const DEVICE = { brandId: 'acme', model: 'edge', serial: 'sn-1' };
