import type { CommandAnswer } from '@corefleet/features/commands';
import {
  AnswerTooLargeError,
  DeviceRefusedError,
  ReadFailedError,
  ReadTimedOutError,
  SnapdRefusedError,
} from './reads.errors';

/** Of a read that succeeded: what snapd said. Of any other it throws why, in snapd's words where snapd has spoken. */
export function resultOf(commandId: string, operation: string, answer: CommandAnswer): unknown {
  const { status, cause, result } = answer;
  const message = answer.message ?? `cannot carry out ${operation}: it ended ${status}`;
  switch (status) {
    case 'succeeded':
      return result;
    case 'expired':
    case 'timed-out':
    case 'lost':
    case 'cancelled':
      throw timedOut(commandId, operation, `command ${status}`);
    case 'rejected':
      throw new DeviceRefusedError(`cannot carry out ${operation}: ${message}`, commandId);
    default:
      throw failure(commandId, operation, { ...answer, message, cause });
  }
}

/** @param why what is known of it */
export const timedOut = (commandId: string, operation: string, why: string): ReadTimedOutError =>
  new ReadTimedOutError(`cannot carry out ${operation} in time: ${why}`, commandId);

function failure(commandId: string, operation: string, answer: CommandAnswer & { readonly message: string }): Error {
  const { cause, message, snapdStatus, snapdKind, snapdValue } = answer;
  switch (cause) {
    case 'snapd-refused':
    case 'snap-change-conflict':
      return new SnapdRefusedError(commandId, { message, snapdStatus, snapdKind, snapdValue });
    case 'result-too-large':
      return new AnswerTooLargeError(
        `cannot show the answer to ${operation}: ${message}; ask for less, by the parameters of the read`,
        commandId,
      );
    case 'too-late':
      return timedOut(commandId, operation, message);
    default:
      return new ReadFailedError(`cannot carry out ${operation}: ${message}`, commandId);
  }
}
