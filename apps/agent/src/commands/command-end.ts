import type { CommandReport, CommandReportState } from '@corefleet/contracts/device-protocol';
import type { Change } from '@corefleet/snapd-client';
import { JournalNotWritableError } from '../journal/journal';
import { messageOf } from '../logger';
import { cut } from '../observer/fit-change';

/** How a command ended. */
export type End = Pick<CommandReport, 'cause' | 'message' | 'snapdKind' | 'snapdValue' | 'result'> & {
  readonly state: Extract<CommandReportState, 'succeeded' | 'failed' | 'unknown' | 'expired'>;
};

/** A step that could not be journalled was not taken. Throws any other error again. */
export function journalFailure(error: unknown): End {
  if (!(error instanceof JournalNotWritableError)) throw error;
  return { state: 'failed', cause: error.code, message: messageOf(error) };
}

/** Nobody can say whether the first one reached snapd. */
export const TOO_LATE_TO_SEND_AGAIN: End = {
  state: 'unknown',
  cause: 'unknown-fate',
  message: 'the deadline passed before the request could be sent again',
};

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

/** Room a command's result may take in a frame, in characters of its JSON. */
const MAX_RESULT = 256 * 1024;
const MAX_MESSAGE = 64 * 1024;

/** What is too large to be reported is left out, and said so; a read without its result has failed. */
export function fitReport(report: CommandReport, isRead: boolean): CommandReport {
  const { result, message: said, ...rest } = report;
  const kept: CommandReport = { ...rest, ...(said !== undefined && { message: cut(said, MAX_MESSAGE) }) };
  if (result === undefined) return kept;
  if (JSON.stringify(result).length <= MAX_RESULT) return { ...kept, result };
  const message = kept.message ?? 'the result is too large to be reported';
  return isRead ? { ...kept, message, state: 'failed', cause: 'result-too-large' } : { ...kept, message };
}
