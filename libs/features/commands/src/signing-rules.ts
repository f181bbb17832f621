import { canonicalJson } from '@corefleet/contracts/device-protocol';
import { findOperation } from '@corefleet/operations';

/** A queued command beside what it is said to derive from. */
export interface CommandToSign {
  readonly id: string;
  /** W3C traceparent of what made it. */
  readonly trace: string | null;
  readonly operation: string;
  readonly parameters: Record<string, unknown>;
  /** Of its rollout. */
  readonly phase: string;
  readonly createdAt: Date;
  readonly validUntil: Date;
  readonly deadlineSeconds: number;
  readonly enrolmentId: string;
  readonly enrolmentStatus: string;
  readonly serial: string;
  readonly model: string;
  readonly brandId: string;
  /** null when the audit entry does not exist, or is not that of its rollout. */
  readonly auditAction: string | null;
  /** The entry names this very command, or the rollout whose target it is: one request authorises no second command. */
  readonly auditNamesIt: boolean;
  /** What was asked for: by the entry, or by the step of its target. null: its target has no such step. */
  readonly asked: { readonly operation?: unknown; readonly parameters?: unknown } | null;
  /** It is of phase precheck, in a rollout that asks devices first. */
  readonly prechecks: boolean;
  /** Operations of commands of its target whose undo, as their device said it, has just this one. */
  readonly undoes: readonly string[];
  /** It is of no rollout, or of one that a person has started and nobody has stopped. */
  readonly released: boolean;
  readonly approvalsNeeded: number;
  /** What people said to the plan as it is: `approve`, each once and never the author, or `reject`. */
  readonly approvals: readonly string[];
}

/** Acts of a person that may put commands on devices. */
const AUTHORISING_ACTIONS: ReadonlySet<string> = new Set(['command.issue', 'rollout.create']);

/** Reads that a rollout may ask of a device before it gives it anything: nothing in them is secret. */
const PRECHECK_READS: ReadonlySet<string> = new Set(['read-changes', 'read-validation-set']);

/**
 * Why a command must not be signed; undefined when it may.
 * It has to ask for exactly what an audited, authorised request asked for: a row changed since is refused. A command of a
 * rollout is one of its target's steps, approved by enough people; before them it may be a read of a precheck, and on the way back it may instead be what the device said
 * takes one of its commands back, where the catalogue allows that operation to.
 */
export function refusalOf(command: CommandToSign): string | undefined {
  if (command.enrolmentStatus !== 'active') return 'cannot sign: the enrolment has ended';
  const operation = findOperation(command.operation);
  if (!operation) return `cannot sign: operation "${command.operation}" is not in the catalogue`;
  if (!command.auditAction || !AUTHORISING_ACTIONS.has(command.auditAction))
    return 'cannot sign: no authorised request';
  if (!command.auditNamesIt) return 'cannot sign: the request was not for this command';
  if (!command.released) return 'cannot sign: nobody has started the rollout, or somebody has stopped it';
  const unapproved = missingApproval(command);
  if (unapproved) return unapproved;
  const other = takesBack(command) || asksFirst(command) ? undefined : differsFromAsked(command);
  if (other) return other;
  if (!operation.parameters.safeParse(command.parameters).success) return 'cannot sign: the parameters are not valid';
  return undefined;
}

function differsFromAsked({ asked, operation, parameters }: CommandToSign): string | undefined {
  if (asked?.operation !== operation) return 'cannot sign: the request was for another operation';
  const same = canonicalJson(asked.parameters ?? null) === canonicalJson(parameters);
  return same ? undefined : 'cannot sign: the request was for other parameters';
}

const asksFirst = ({ prechecks, operation }: CommandToSign): boolean => prechecks && PRECHECK_READS.has(operation);

function takesBack({ phase, operation, undoes }: CommandToSign): boolean {
  return phase === 'rollback' && undoes.some((done) => findOperation(done)?.undoneBy.includes(operation) ?? false);
}

function missingApproval({ approvals, approvalsNeeded }: CommandToSign): string | undefined {
  if (approvals.includes('reject')) return 'cannot sign: somebody rejected the plan';
  if (approvalsNeeded === 0) return undefined;
  const missing = approvalsNeeded - approvals.length;
  return missing > 0 ? `cannot sign: ${missing} of ${approvalsNeeded} approvals of the plan are missing` : undefined;
}
