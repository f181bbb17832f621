export * from './access';
export * from './artifacts';
export * from './audit';
export * from './changes';
export * from './compliance';
export {
  COMMAND_DEVICES_MOST,
  CommandDetail,
  CommandPage,
  CommandsQuery,
  CommandView,
  IssueCommandsRequest,
  IssuedCommands,
} from './commands';
export { ActRequest, IdempotencyKey, IdParams, Labels, PAGE_LIMIT, PageQuery, Role } from './common';
export {
  AllowReEnrolmentRequest,
  DevicePage,
  DevicesPreview,
  DevicesQuery,
  DeviceView,
  PatchDeviceRequest,
  PreviewDevicesRequest,
} from './devices';
export * from './enrolment';
export * from './events';
export * from './facts';
export * from './groups';
export * from './health';
export * from './limits';
export * from './manifests';
export * from './operations';
export * from './problem';
export * from './reads';
export * from './recovery-policies';
export * from './recovery-systems';
export * from './report-schedules';
export * from './reports';
export * from './rollout-request';
export * from './rollouts';
export * from './schedules';
export {
  ImportedAssertions,
  ImportFromDeviceRequest,
  LiftBadRequest,
  MarkBadRequest,
  SequenceDiff,
  SequenceDiffQuery,
  SequencePage,
  SequenceParams,
  SequenceSummary,
  SequenceView,
  SetParams,
  ValidationSetPage,
  ValidationSetsQuery,
  ValidationSetSummary,
} from './validation-sets';
export { EnrolAnswer, EnrolRequest } from '@corefleet/contracts/device-protocol';
export * from './webhooks';
