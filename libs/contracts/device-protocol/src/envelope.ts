import * as z from 'zod/mini';

const time = z.iso.datetime();

/**
 * Our order to one device, kept close to snapd's own request-message assertion
 * (snapd asserts/messages.go: message-id, message-kind, devices, assumes, valid-since, valid-until),
 * so that a transport relayed by the store can be added. One device per envelope.
 * It travels as the exact text that was signed: `canonicalJson(envelope)`.
 */
export const Envelope = z.strictObject({
  'message-id': z.uuid(),
  'account-id': z.string(),
  /** The operation, by its name in the catalogue. */
  'message-kind': z.string(),
  /** Rises by one for each command of this enrolment; the agent refuses what is not above the last it accepted. */
  sequence: z.int().check(z.positive()),
  /** serial.model.brand-id, as request-message writes it. */
  device: z.string(),
  'enrolment-id': z.uuid(),
  assumes: z.array(z.string()),
  'valid-since': time,
  'valid-until': time,
  /** Seconds the device may take from accepting the command to its verified end. */
  'deadline-seconds': z.int().check(z.positive()),
  timestamp: time,
  /** The operation's parameters. */
  body: z.record(z.string(), z.unknown()),
});
export type Envelope = z.infer<typeof Envelope>;

/** What the signer's Ed25519 key signs for a command. */
export const commandSigningText = (envelope: string): string => `corefleet-command-v1\n${envelope}`;

export const SignedCommand = z.strictObject({
  envelope: z.string(),
  keyId: z.string(),
  /** base64url */
  signature: z.string(),
});
export type SignedCommand = z.infer<typeof SignedCommand>;

/** The signer's clock, said over the nonce of one hello: the only time an agent trusts. */
export const TimeStatement = z.strictObject({ nonce: z.string(), 'enrolment-id': z.uuid(), time });
export type TimeStatement = z.infer<typeof TimeStatement>;

/** What the signer's key signs for a time statement; `statement` is its canonical JSON. */
export const timeSigningText = (statement: string): string => `corefleet-time-v1\n${statement}`;

export const SignedTime = z.strictObject({ statement: z.string(), keyId: z.string(), signature: z.string() });
export type SignedTime = z.infer<typeof SignedTime>;
