import type { CommandReport } from '@corefleet/contracts/device-protocol';
import { RequirementError } from '@corefleet/operations';
import {
  isChangeConflict,
  isOutcomeUnknown,
  SnapdClientError,
  SnapdError,
  SnapdGarbageError,
  SnapdTimeoutError,
  SnapdUnreachableError,
} from '@corefleet/snapd-client';
import { ArtifactError } from '../artifacts/artifact-error';
import { messageOf } from '../logger';

/** Why something went wrong, as a report says it. */
export type Why = Pick<CommandReport, 'cause' | 'message' | 'snapdKind' | 'snapdValue' | 'snapdStatus'>;

/** What a failed request means for its command. */
export type RequestFailure =
  /** Nothing was started and it may work later. */
  | { readonly kind: 'later'; readonly why: Why }
  /** Nothing was started and it would fail again. */
  | { readonly kind: 'refused'; readonly why: Why }
  /** snapd may or may not have carried it out. */
  | { readonly kind: 'unknown'; readonly why: Why };

/** Judges a failure of the one request that changes the device. */
export function judgeRequest(error: unknown): RequestFailure {
  if (isChangeConflict(error)) return { kind: 'later', why: whyOf(error) };
  if (isOutcomeUnknown(error)) return { kind: 'unknown', why: whyOf(error) };
  if (error instanceof SnapdUnreachableError || error instanceof SnapdTimeoutError)
    return { kind: 'later', why: whyOf(error) };
  return { kind: 'refused', why: whyOf(error) };
}

/** Judges a failure of what only reads, or fetches: it is never of unknown fate. */
export function judgeReading(error: unknown): RequestFailure {
  return { kind: isTransient(error) ? 'later' : 'refused', why: whyOf(error) };
}

/** Judges a failure of what somebody waits for: snapd's answer is the answer, unless snapd is about to restart. */
export function judgeRead(error: unknown): RequestFailure {
  if (error instanceof SnapdError && error.maintenance === undefined) return { kind: 'refused', why: whyOf(error) };
  return judgeReading(error);
}

/** Whether a read may work later: snapd is restarting, hung or talking nonsense. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ArtifactError) return error.mayWorkLater;
  if (error instanceof SnapdError) return error.status >= 500 || error.maintenance !== undefined;
  return (
    error instanceof SnapdUnreachableError || error instanceof SnapdTimeoutError || error instanceof SnapdGarbageError
  );
}

/** snapd's words and kind unchanged, or the agent's. */
export function whyOf(error: unknown): Why {
  if (error instanceof SnapdError) {
    const { kind, value, message, status: snapdStatus } = error;
    const cause = isChangeConflict(error) ? 'snap-change-conflict' : 'snapd-refused';
    return {
      ...{ cause, message, snapdStatus },
      ...(kind && { snapdKind: kind }),
      ...(value !== undefined && { snapdValue: value }),
    };
  }
  if (error instanceof SnapdClientError || error instanceof ArtifactError || error instanceof RequirementError)
    return { cause: error.code, message: messageOf(error) };
  return { cause: 'agent-error', message: messageOf(error) };
}
