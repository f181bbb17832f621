import * as z from 'zod/mini';

const name = z.string().check(z.minLength(1), z.maxLength(256));

/** Body of `POST /v1/device/enrol`: the one request an agent makes before it has an identity. */
export const EnrolRequest = z.strictObject({
  /** The enrolment token, as the operator was shown it. */
  token: name,
  /** Ed25519 public key, raw 32 bytes in base64url. The private half never leaves the device. */
  publicKey: z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/)),
  brandId: name,
  model: name,
  serial: name,
  agentVersion: name,
});
export type EnrolRequest = z.infer<typeof EnrolRequest>;

/** Answer to an accepted enrolment. Asking again with the same key and token gives the same answer. */
export const EnrolAnswer = z.object({
  deviceId: z.uuid(),
  enrolmentId: z.uuid(),
  /** http(s) address of the gateway; the link is the same address with ws(s). */
  gatewayUrl: z.string(),
  /** Keys whose signature on a command the agent accepts: id and raw Ed25519 public key, both base64url. */
  signingKeys: z.array(z.object({ keyId: z.string(), publicKey: z.string() })).check(z.minLength(1)),
});
export type EnrolAnswer = z.infer<typeof EnrolAnswer>;
