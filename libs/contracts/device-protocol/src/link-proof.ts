import * as z from 'zod/mini';

/** Body of `POST /v1/device/challenge` at the gateway. */
export const ChallengeRequest = z.strictObject({ enrolmentId: z.uuid() });
export type ChallengeRequest = z.infer<typeof ChallengeRequest>;

/** A nonce that can be used for one upgrade or request, within `expiresInMs`. */
export const ChallengeAnswer = z.object({ nonce: z.string(), expiresInMs: z.number() });
export type ChallengeAnswer = z.infer<typeof ChallengeAnswer>;

/** What the agent's Ed25519 key signs to open the link: proves the key without trusting the device's clock. */
export const linkProofText = (enrolmentId: string, nonce: string): string =>
  `corefleet-link-v1\n${enrolmentId}\n${nonce}`;

export interface LinkProof {
  readonly enrolmentId: string;
  readonly nonce: string;
  /** base64url */
  readonly signature: string;
}

/** Value of the `Authorization` header of the upgrade request `GET /v1/device/link`. */
export const linkAuthorization = (proof: LinkProof): string =>
  `Corefleet-Device enrolment="${proof.enrolmentId}", nonce="${proof.nonce}", signature="${proof.signature}"`;

const authorization =
  /^Corefleet-Device enrolment="([0-9a-f-]{36})", nonce="([A-Za-z0-9_-]{1,128})", signature="([A-Za-z0-9_-]{1,128})"$/;

/** @returns undefined when the header is missing or is not the exact form `linkAuthorization` writes */
export function parseLinkAuthorization(header: string | undefined): LinkProof | undefined {
  const [, enrolmentId, nonce, signature] = authorization.exec(header ?? '') ?? [];
  return enrolmentId && nonce && signature ? { enrolmentId, nonce, signature } : undefined;
}
