import { createPublicKey, verify } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import {
  linkProofText,
  parseLinkAuthorization,
  requestProofText,
  type LinkProof,
} from '@corefleet/contracts/device-protocol';
import { fullBucket, takeTokens, type Bucket, type BucketLimit } from '@corefleet/device-link';
import { EnrolmentsRepository, type ActiveEnrolment } from './enrolments.repository';
import { GatewayContext } from './gateway-context';
import { Nonces } from './nonces';

export type Admission =
  | { readonly kind: 'admitted'; readonly enrolment: ActiveEnrolment }
  /** Which of the reasons it was is not told: nobody shall learn which enrolments exist. */
  | { readonly kind: 'refused' }
  /** Past the rate, or a store is away. */
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number };

const BUSY: Admission = { kind: 'busy', retryAfterSeconds: 2 };

/** Decides who may open a link, or make a request for a file: a fresh nonce signed with the key of an active enrolment. */
@Injectable()
export class AdmissionService {
  private readonly limit: BucketLimit;
  private readonly challengeLimit: BucketLimit;
  private links: Bucket;
  private challenges: Bucket;

  constructor(
    private readonly context: GatewayContext,
    private readonly nonces: Nonces,
    private readonly enrolments: EnrolmentsRepository,
  ) {
    const perSecond = context.config.COREFLEET_ADMISSIONS_PER_SECOND;
    this.limit = { perSecond, burst: perSecond, debt: 0 };
    this.challengeLimit = { perSecond: perSecond * 2, burst: perSecond * 2, debt: 0 };
    this.links = fullBucket(this.limit, performance.now());
    this.challenges = fullBucket(this.challengeLimit, performance.now());
  }

  /** @returns undefined past the rate. @throws when Redis is away */
  async challenge(enrolmentId: string): Promise<string | undefined> {
    const next = takeTokens(this.challenges, this.challengeLimit, 1, performance.now());
    if (next.tokens < 0) return undefined;
    this.challenges = next;
    return this.nonces.issue(enrolmentId);
  }

  /** Of a link, before its upgrade. Never throws: a store that is away means to come again. */
  admit(authorization: string | undefined): Promise<Admission> {
    return this.decide(authorization, ({ enrolmentId, nonce }) => linkProofText(enrolmentId, nonce));
  }

  /** Of one request that is not a link. Never throws, as above. @param target path and query, as they came */
  admitRequest(authorization: string | undefined, method: string, target: string): Promise<Admission> {
    const textOf = ({ enrolmentId, nonce }: LinkProof): string => requestProofText(enrolmentId, nonce, method, target);
    return this.decide(authorization, textOf);
  }

  private async decide(authorization: string | undefined, textOf: (proof: LinkProof) => string): Promise<Admission> {
    const proof = parseLinkAuthorization(authorization);
    if (!proof) return { kind: 'refused' };
    const next = takeTokens(this.links, this.limit, 1, performance.now());
    if (next.tokens < 0) return BUSY;
    this.links = next;
    try {
      return await this.check(proof, textOf(proof));
    } catch (error) {
      this.context.logger.warn({ error, enrolmentId: proof.enrolmentId }, 'Not admitted: a store is away');
      return BUSY;
    }
  }

  private async check(proof: LinkProof, text: string): Promise<Admission> {
    if (!isUuid(proof.enrolmentId) || !(await this.nonces.consume(proof.nonce, proof.enrolmentId)))
      return { kind: 'refused' };
    const enrolment = await this.enrolments.active(proof.enrolmentId);
    return enrolment && isSigned(text, proof.signature, enrolment.publicKey)
      ? { kind: 'admitted', enrolment }
      : { kind: 'refused' };
  }
}

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

function isSigned(text: string, signature: string, publicKey: string): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}
