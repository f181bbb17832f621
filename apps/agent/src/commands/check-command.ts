import { commandSigningText, Envelope, type SignedCommand } from '@corefleet/contracts/device-protocol';
import { findOperation, type PreparedOperation } from '@corefleet/operations';
import { policyRefusal, type LocalPolicy } from '../config/policy';
import type { SigningKeys } from '../link/signing-keys';

/** What a command is checked against. */
export interface CommandRules {
  readonly keys: SigningKeys;
  readonly enrolmentId: string;
  /** serial.model.brand-id of this device. */
  readonly device: string;
  readonly policy: LocalPolicy;
  /** Highest sequence accepted so far. */
  readonly lastSequence: number;
  /** Trusted time, in milliseconds since 1970. */
  readonly nowMs: number;
  /** Set when accepted sequences may have been lost: what was signed up to then may have been carried out. */
  readonly fence: { readonly untilMs?: number } | undefined;
  /** Whether a command with this id is accepted or ended already. */
  isKnown(commandId: string): boolean;
}

export type RejectionCause =
  | 'bad-signature'
  | 'bad-envelope'
  | 'wrong-enrolment'
  | 'wrong-device'
  | 'replayed'
  | 'not-yet-valid'
  | 'unknown-operation'
  | 'unmet-assumption'
  | 'bad-parameters'
  | 'policy';

/** A command that may be carried out. */
export interface CheckedCommand {
  readonly envelope: Envelope;
  readonly operation: PreparedOperation;
}

export type CommandCheck =
  | { readonly kind: 'acceptable'; readonly checked: CheckedCommand }
  | { readonly kind: 'known'; readonly commandId: string }
  | { readonly kind: 'expired'; readonly envelope: Envelope }
  /** It may have been accepted before the journal lost it. */
  | { readonly kind: 'doubtful'; readonly envelope: Envelope }
  | {
      readonly kind: 'rejected';
      readonly cause: RejectionCause;
      readonly message: string;
      /** Absent when the envelope could not be trusted to name one. */
      readonly envelope?: Envelope;
      /** The id an untrusted envelope claims: to report the refusal under, for nothing else. */
      readonly claimedId?: string;
    };

/** The signer and the planner share a clock; this much of it may differ between two of its hosts. Milliseconds. */
const CLOCK_LEEWAY_MS = 60_000;

/**
 * Whether the device may carry the command out. Nothing of an envelope is believed before its signature is verified.
 * In order: signature, addressee, replay, doubt, validity, operation, parameters, the device's own policy.
 */
export function checkCommand(command: SignedCommand, rules: CommandRules): CommandCheck {
  const parsed = parseEnvelope(command.envelope);
  const claimedId = parsed?.['message-id'];
  if (!rules.keys.verify(command.keyId, commandSigningText(command.envelope), command.signature)) {
    const message = 'the signature is not one of a pinned key';
    return { kind: 'rejected', cause: 'bad-signature', message, ...(claimedId && { claimedId }) };
  }
  if (!parsed) return { kind: 'rejected', cause: 'bad-envelope', message: 'the signed text is not an envelope' };
  return refusalOfAddress(parsed, rules) ?? checkOperation(parsed, rules);
}

/**
 * Binds an accepted command to its operation again, after a restart.
 * @returns undefined when this agent no longer knows the operation or its parameters
 */
export function restoreCommand(command: SignedCommand): CheckedCommand | undefined {
  const envelope = parseEnvelope(command.envelope);
  const preparation = envelope && findOperation(envelope['message-kind'])?.prepare(envelope.body);
  return envelope && preparation?.kind === 'prepared' ? { envelope, operation: preparation.operation } : undefined;
}

function refusalOfAddress(envelope: Envelope, rules: CommandRules): CommandCheck | undefined {
  const rejected = (cause: RejectionCause, message: string): CommandCheck => ({
    kind: 'rejected',
    cause,
    message,
    envelope,
  });
  if (envelope['enrolment-id'] !== rules.enrolmentId)
    return rejected('wrong-enrolment', `the command is for enrolment ${envelope['enrolment-id']}`);
  if (envelope.device !== rules.device) return rejected('wrong-device', `the command is for device ${envelope.device}`);
  if (rules.isKnown(envelope['message-id'])) return { kind: 'known', commandId: envelope['message-id'] };
  if (envelope.sequence <= rules.lastSequence)
    return rejected('replayed', `sequence ${envelope.sequence} is not above ${rules.lastSequence}`);
  if (isFenced(envelope, rules.fence)) return { kind: 'doubtful', envelope };
  if (Date.parse(envelope['valid-until']) <= rules.nowMs) return { kind: 'expired', envelope };
  if (Date.parse(envelope['valid-since']) > rules.nowMs + CLOCK_LEEWAY_MS)
    return rejected('not-yet-valid', `the command is valid since ${envelope['valid-since']}`);
  return undefined;
}

/** Whether the command changes nothing: carried out twice it does no harm. */
export const isRead = (envelope: Envelope): boolean => findOperation(envelope['message-kind'])?.risk === 'read';

function isFenced(envelope: Envelope, fence: CommandRules['fence']): boolean {
  return (
    fence !== undefined &&
    !isRead(envelope) &&
    Date.parse(envelope.timestamp) <= (fence.untilMs ?? Infinity) + CLOCK_LEEWAY_MS
  );
}

function checkOperation(envelope: Envelope, rules: CommandRules): CommandCheck {
  const rejected = (cause: RejectionCause, message: string): CommandCheck => ({
    kind: 'rejected',
    cause,
    message,
    envelope,
  });
  const name = envelope['message-kind'];
  const operation = findOperation(name);
  if (!operation) return rejected('unknown-operation', `this agent knows no operation "${name}"`);
  if (envelope.assumes.length > 0)
    return rejected('unmet-assumption', `the command assumes ${envelope.assumes.join(', ')}`);
  const refusal = policyRefusal(rules.policy, operation);
  if (refusal) return rejected('policy', refusal);
  const preparation = operation.prepare(envelope.body);
  if (preparation.kind === 'bad-parameters') return rejected('bad-parameters', preparation.problems.join('; '));
  return { kind: 'acceptable', checked: { envelope, operation: preparation.operation } };
}

function parseEnvelope(text: string): Envelope | undefined {
  try {
    return Envelope.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
