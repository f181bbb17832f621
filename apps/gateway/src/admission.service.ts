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
import { metrics } from '@corefleet/platform/metrics';
import { EnrolmentsRepository, type ActiveEnrolment } from './enrolments.repository';
import { GatewayContext } from './gateway-context';
import { LinkRecords } from './link-records';
import { Nonces } from './nonces';
import { giveTurn, NO_TURNS, type Turns } from './turns';

/** Past the rate, a store is away, or the nonce is not there any more. */
export interface Busy {
  readonly kind: 'busy';
  readonly retryAfterSeconds: number;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly enrolment: ActiveEnrolment }
  /** Which of the reasons it was is not told: nobody shall learn which enrolments exist. */
  | { readonly kind: 'refused' }
  | Busy;

export type Challenge = { readonly kind: 'nonce'; readonly nonce: string } | Busy;

/**
 * Decides who may open a link, or make a request for a file: a fresh nonce signed with the key of an active enrolment.
 * The pace is kept where it costs least, at the challenge: who is told to come again has had nothing done for it. A nonce
 * is good at any gateway, so the upgrade has a rate of its own, with room for the nonces that others gave.
 */
@Injectable()
export class AdmissionService {
  private readonly perSecond: number;
  private readonly challengeLimit: BucketLimit;
  private readonly proofLimit: BucketLimit;
  private challenges: Bucket;
  private proofs: Bucket;
  private turns: Turns = NO_TURNS;

  constructor(
    private readonly context: GatewayContext,
    private readonly nonces: Nonces,
    private readonly enrolments: EnrolmentsRepository,
    private readonly records: LinkRecords,
  ) {
    const perSecond = (this.perSecond = context.config.COREFLEET_ADMISSIONS_PER_SECOND);
    this.challengeLimit = { perSecond, burst: Math.max(1, perSecond / 2), debt: 0 };
    this.proofLimit = { perSecond, burst: perSecond * 2, debt: 0 };
    this.challenges = fullBucket(this.challengeLimit, performance.now());
    this.proofs = fullBucket(this.proofLimit, performance.now());
  }

  /** @throws when Redis is away */
  async challenge(enrolmentId: string): Promise<Challenge> {
    const next = takeTokens(this.challenges, this.challengeLimit, 1, performance.now());
    if (next.tokens < 0 || this.isBehind) {
      metrics.count('corefleet_admissions_total', { outcome: 'busy' });
      return this.busy();
    }
    this.challenges = next;
    return { kind: 'nonce', nonce: await this.nonces.issue(enrolmentId) };
  }

  /** When to come again, a turn for each who is told. */
  busy(): Busy {
    const { turns, waitMs } = giveTurn(this.turns, this.perSecond, performance.now());
    this.turns = turns;
    return { kind: 'busy', retryAfterSeconds: Math.ceil(waitMs / 1_000) };
  }

  /** A second's worth of links waits to be written down: Postgres takes them more slowly than they are let in. */
  private get isBehind(): boolean {
    return this.records.waiting >= this.perSecond;
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
    const admission = await this.judge(authorization, textOf);
    metrics.count('corefleet_admissions_total', { outcome: admission.kind });
    return admission;
  }

  private async judge(authorization: string | undefined, textOf: (proof: LinkProof) => string): Promise<Admission> {
    const proof = parseLinkAuthorization(authorization);
    if (!proof) return { kind: 'refused' };
    const next = takeTokens(this.proofs, this.proofLimit, 1, performance.now());
    if (next.tokens < 0) return this.busy();
    this.proofs = next;
    try {
      return await this.check(proof, textOf(proof));
    } catch (error) {
      this.context.logger.warn({ error, enrolmentId: proof.enrolmentId }, 'Not admitted: a store is away');
      return this.busy();
    }
  }

  private async check(proof: LinkProof, text: string): Promise<Admission> {
    if (!isUuid(proof.enrolmentId)) return { kind: 'refused' };
    const asker = await this.nonces.consume(proof.nonce);
    // A refusal keeps an agent away for minutes: not for what Redis lost.
    if (asker === undefined) return this.busy();
    if (asker !== proof.enrolmentId) return { kind: 'refused' };
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
