import { createHash, createPublicKey, verify } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DEVICE_ARTIFACTS_PATH, parseLinkAuthorization, requestProofText } from '@corefleet/contracts/device-protocol';
import type { ArtifactReference } from '@corefleet/operations';

export const referenceTo = (bytes: Buffer, name = 'app_1.snap'): ArtifactReference => ({
  sha256: createHash('sha256').update(bytes).digest('hex'),
  size: bytes.length,
  name,
});

/** The files of a gateway under test: honest unless told otherwise. */
export class TestArtifacts {
  /** By the digest they are offered under. */
  readonly offered = new Map<string, Buffer>();
  readonly stored: { readonly url: string; readonly bytes: Buffer }[] = [];
  /** `METHOD target range` of each request, in order. */
  readonly asked: string[] = [];
  /** Cuts the next answers after so many bytes of theirs, one each. */
  readonly cuts: number[] = [];
  /** Cuts the next uploads after so many bytes, one each. */
  readonly uploadCuts: number[] = [];
  /** Answers with this status instead. */
  refuseWith: number | undefined;
  /** Lets each answer wait. */
  delayMs = 0;
  /** Says that it keeps something else. */
  lies = false;

  offer(bytes: Buffer, name?: string): ArtifactReference {
    const reference = referenceTo(bytes, name);
    this.offered.set(reference.sha256, bytes);
    return reference;
  }

  async answer(request: IncomingMessage, response: ServerResponse, publicKey: string | undefined): Promise<void> {
    const { method = '', url = '', headers } = request;
    this.asked.push([method, url, headers.range].filter(Boolean).join(' '));
    if (publicKey !== undefined && !isProven(request, publicKey)) return refuse(response, 401, 'not proven');
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    if (this.refuseWith !== undefined) return refuse(response, this.refuseWith, 'told to refuse');
    return method === 'GET' ? this.serve(url, headers.range, response) : this.take(request, response);
  }

  private serve(url: string, range: string | undefined, response: ServerResponse): void {
    const bytes = this.offered.get(url.slice(DEVICE_ARTIFACTS_PATH.length + 1));
    if (!bytes) return refuse(response, 404, 'no such file');
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const rest = bytes.subarray(from);
    response.writeHead(range ? 206 : 200, { 'content-length': rest.length });
    const cut = this.cuts.shift();
    if (cut === undefined) return void response.end(rest);
    response.write(rest.subarray(0, cut), () => response.destroy());
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    const cut = this.uploadCuts.shift();
    for await (const piece of request as AsyncIterable<Buffer>) {
      pieces.push(piece);
      if (cut !== undefined && Buffer.concat(pieces).length >= cut) return void request.destroy();
    }
    const bytes = Buffer.concat(pieces);
    const { url = '' } = request;
    this.stored.push({ url, bytes });
    const name = new URL(url, 'http://gateway').searchParams.get('name') ?? '';
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify(referenceTo(this.lies ? Buffer.from('another') : bytes, name)));
  }
}

function refuse(response: ServerResponse, status: number, detail: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ status, detail }));
}

function isProven({ headers, method = '', url = '' }: IncomingMessage, publicKey: string): boolean {
  const proof = parseLinkAuthorization(headers.authorization);
  if (!proof) return false;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  const text = Buffer.from(requestProofText(proof.enrolmentId, proof.nonce, method, url));
  return verify(null, text, key, Buffer.from(proof.signature, 'base64url'));
}
