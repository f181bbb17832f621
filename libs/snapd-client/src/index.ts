export { DEFAULT_MAX_BODY_BYTES, type SnapdRequest, type SnapdResponse, type SnapdTransport } from './transport';
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
  errorValue,
  isErrorOfKind,
  type AvailableRelease,
  type InvalidField,
  type PlainErrorKind,
  type RevisionRefusal,
  type SnapdErrorKind,
  type SnapdErrorValues,
  type WeakAuth,
} from './error-kinds';
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
export { Snaps, type SnapFilter } from './snaps';
export { type Publisher, type Snap, type SnapComponent, type SnapHealth } from './snap';
export {
  type CommonSnapOptions,
  type HoldOptions,
  type MultiSnapAction,
  type RevisionOptions,
  type SnapAction,
  type Transaction,
} from './snap-actions';
export { Sideload, type SideloadOptions } from './sideload';
export { type FileSource } from './multipart';
export { Conf } from './conf';
export { Apps, type App, type AppFilter, type ServiceAction } from './apps';
export { Logs, type LogEntry, type LogFilter } from './logs';
export { Systems, type CreateSystem, type System, type SystemAction, type SystemFiles } from './systems';
export {
  type EncryptionCheckError,
  type GadgetStructure,
  type GadgetVolume,
  type StorageEncryption,
  type SystemDetails,
} from './system-details';
export {
  SystemInstall,
  type FinishInstall,
  type KeyboardConfig,
  type SetupStorageEncryption,
  type VolumesAuth,
} from './system-install';
export { SystemEncryption, type EncryptionFix } from './system-encryption';
export { type AuthQuality } from './auth-quality';
export {
  SystemVolumes,
  type GeneratedRecoveryKey,
  type Keyslot,
  type KeyslotRef,
  type PlatformKeyOptions,
  type VolumeStructure,
} from './system-volumes';
export { SystemSecureBoot, type SecureBootUpdate } from './system-secureboot';
export { ValidationSets, type ApplyValidationSet, type ValidationSet } from './validation-sets';
export {
  ASSERTION_CONTENT_TYPE,
  Assertions,
  type AssertionBundle,
  type AssertionFilter,
  type AssertionJson,
} from './assertions';
export { AssertionSplitter, AssertionStreamError, splitAssertions } from './assertion-stream';
export { Model } from './model';
export {
  SystemInfos,
  type FeatureFlag,
  type StorageEncrypted,
  type SystemInfo,
  type SystemKeyAdvice,
} from './system-info';
export { Warnings, type Warning } from './warnings';
export {
  Connections,
  type ConnectAction,
  type Connection,
  type ConnectionFilter,
  type ConnectionList,
  type PlugRef,
  type SlotRef,
} from './connections';
export {
  Interfaces,
  type InterfaceFilter,
  type LegacyInterfaces,
  type Plug,
  type SnapdInterface,
  type Slot,
} from './interfaces';
export { Snapshots, type ImportedSnapshots, type Snapshot, type SnapshotAction, type SnapshotSet } from './snapshots';
export { Aliases, type AliasAction, type AliasStatus } from './aliases';
export { Quotas, type QuotaConstraints, type QuotaGroup } from './quotas';
export { Users, type CreateUser, type User } from './users';
export { Cohorts } from './cohorts';
export { RecoveryKeys, type RecoveryKeySet } from './recovery-keys';
export { Confdb, type ConfdbDelegation, type ConfdbQuery, type ConfdbView } from './confdb';
export { Store, type StoreChannel, type StoreQuery, type StoreSnap } from './store';
export { Downloads, type DownloadHead, type DownloadRequest, type SnapDownload } from './downloads';
export { Icons } from './icons';
export { type SnapdFile } from './file-answer';
export { Themes, type ThemeNames, type ThemeStatus, type ThemeStatuses } from './themes';
export {
  Prompting,
  type NewPromptingRule,
  type PermissionEntry,
  type Prompt,
  type PromptLifespan,
  type PromptReply,
  type PromptingRule,
  type PromptingRulePatch,
  type PromptingUser,
  type RulePermission,
} from './prompting';
export { Login, macaroonAuthorization, type LoggedInUser, type StoreCredentials } from './login';
export { SnapctlClient, type SnapctlCall, type SnapctlResult } from './snapctl';
export { ConsoleConf, type ActiveAutoRefreshes } from './console-conf';
export {
  Debug,
  type Connectivity,
  type DebugAspects,
  type DebugTimings,
  type GoProfile,
  type RefreshAwareness,
  type SeedingInfo,
  type SnapdFeatures,
  type TimingsOf,
} from './debug';
