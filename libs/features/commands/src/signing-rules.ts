import { canonicalJson } from '@corefleet/contracts/device-protocol';
import { findOperation } from '@corefleet/operations';

/** A queued command beside what it is said to derive from. */
export interface CommandToSign {
  readonly id: string;
  readonly operation: string;
  readonly parameters: Record<string, unknown>;
  readonly createdAt: Date;
  readonly validUntil: Date;
  readonly deadlineSeconds: number;
  readonly enrolmentId: string;
  readonly enrolmentStatus: string;
  readonly serial: string;
  readonly model: string;
  readonly brandId: string;
  /** null when the audit entry does not exist. */
  readonly auditAction: string | null;
  /** The entry names this very command, or the rollout whose target it is: one request authorises no second command. */
  readonly auditNamesIt: boolean;
  readonly auditDetails: { readonly operation?: unknown; readonly parameters?: unknown } | null;
}

/** Acts of a person that may put commands on devices. */
const AUTHORISING_ACTIONS: ReadonlySet<string> = new Set(['command.issue', 'rollout.create']);

/**
 * Why a command must not be signed; undefined when it may.
 * It has to ask for exactly what an audited, authorised request asked for: a row changed since is refused.
 */
export function refusalOf(command: CommandToSign): string | undefined {
  if (command.enrolmentStatus !== 'active') return 'cannot sign: the enrolment has ended';
  const operation = findOperation(command.operation);
  if (!operation) return `cannot sign: operation "${command.operation}" is not in the catalogue`;
  if (!command.auditAction || !AUTHORISING_ACTIONS.has(command.auditAction))
    return 'cannot sign: no authorised request';
  if (!command.auditNamesIt) return 'cannot sign: the request was not for this command';
  if (command.auditDetails?.operation !== command.operation)
    return 'cannot sign: the request was for another operation';
  const asked = canonicalJson(command.auditDetails.parameters ?? null);
  if (asked !== canonicalJson(command.parameters)) return 'cannot sign: the request was for other parameters';
  if (!operation.parameters.safeParse(command.parameters).success) return 'cannot sign: the parameters are not valid';
  return undefined;
}
