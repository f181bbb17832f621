import { LIMITS, type CommandReport, type CommandReportState } from '@corefleet/contracts/device-protocol';
import type { Done, PreparedOperation } from '@corefleet/operations';
import type { Change } from '@corefleet/snapd-client';
import { JournalNotWritableError } from '../journal/journal';
import { messageOf } from '../logger';
import { cut } from '../observer/fit-change';

/** How a command ended. */
export type End = Pick<
  CommandReport,
  'cause' | 'message' | 'snapdKind' | 'snapdValue' | 'snapdStatus' | 'result' | 'undo'
> & {
  readonly state: Extract<CommandReportState, 'succeeded' | 'failed' | 'unknown' | 'expired'>;
};

/** A step that could not be journalled was not taken. Throws any other error again. */
export function journalFailure(error: unknown): End {
  if (!(error instanceof JournalNotWritableError)) throw error;
  return { state: 'failed', cause: error.code, message: messageOf(error) };
}

/** What it needed took too long to come, or the agent was away: nobody waits for it any more. */
export const TOO_LATE_TO_START: End = {
  state: 'failed',
  cause: 'too-late',
  message: 'the deadline passed before the request could be sent',
};

/** Nobody can say whether the first one reached snapd. */
export const TOO_LATE_TO_SEND_AGAIN: End = {
  state: 'unknown',
  cause: 'unknown-fate',
  message: 'the deadline passed before the request could be sent again',
};

/** The end of what the device shows, with what takes it back. */
export function successOf(operation: PreparedOperation, done: Done): End {
  const undo = operation.undo(done).map((step) => ({ ...step, parameters: { ...step.parameters } }));
  return { state: 'succeeded', result: done.result, ...(undo.length > 0 && { undo }) };
}

/** The end of a change that did not do all it was made for. */
export function endOfChange(change: Change): End {
  if (change.status === 'Error')
    return { state: 'failed', cause: 'change-error', message: change.err ?? `change ${change.id} ended in Error` };
  return {
    state: 'failed',
    cause: 'change-aborted',
    message: `change ${change.id} was aborted: it is ${change.status}`,
  };
}

const MAX_MESSAGE = 64 * 1024;

/** What is too large to be reported is left out, and said so; a read without its result has failed. */
export function fitReport(report: CommandReport, isRead: boolean): CommandReport {
  const { result, message: said, snapdValue, undo, ...rest } = report;
  const message = said !== undefined && { message: cut(said, MAX_MESSAGE) };
  const value = sizeOf(snapdValue) <= LIMITS.resultBytes / 4 && { snapdValue };
  const back = undo && sizeOf(undo) <= LIMITS.resultBytes / 4 && { undo };
  const kept: CommandReport = { ...rest, ...message, ...value, ...back };
  if (result === undefined) return kept;
  const sizeBytes = sizeOf(result);
  if (sizeBytes <= LIMITS.resultBytes) return { ...kept, result };
  const tooLarge = `the result is too large to be reported: ${sizeBytes} bytes, more than ${LIMITS.resultBytes}`;
  if (!isRead) return { ...kept, message: kept.message ?? tooLarge };
  return { ...kept, message: tooLarge, state: 'failed', cause: 'result-too-large' };
}

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');
