export {
  DEFAULT_MAX_BODY_BYTES,
  type SnapdRequest,
  type SnapdResponse,
  type SnapdTransport,
} from './transport';
export { unixSocketTransport } from './unix-socket-transport';
export {
  SnapdClientError,
  SnapdError,
  SnapdUnreachableError,
  SnapdTimeoutError,
  SnapdGarbageError,
  SnapdAnswerTooLargeError,
  SnapdUploadError,
  SnapdRequestError,
  isChangeConflict,
  isOutcomeUnknown,
  isRequestCanceled,
  type RequestSummary,
  type SnapdRefusal,
} from './errors';
export {
  parseEnvelope,
  type AnswerNotes,
  type AsyncAnswer,
  type AsyncEnvelope,
  type Envelope,
  type ErrorEnvelope,
  type Maintenance,
  type SyncEnvelope,
} from './envelope';
export { SnapdClient } from './client';
export { type CallOptions, type CallerOptions as SnapdClientOptions } from './caller';
export { TimestampError, compareTimestamps, nsToTimestamp, timestampToNs } from './timestamps';
export {
  Changes,
  compareChangeIds,
  parseTaskLogLine,
  type Change,
  type ChangeFilter,
  type ChangeStatus,
  type Task,
  type TaskLogLine,
  type TaskProgress,
} from './changes';
export { Notices, type Notice, type NoticeFilter, type NoticeType } from './notices';
