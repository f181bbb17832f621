export { AssertionImport, type ImportedAssertion, type ImportSource } from './assertion-import.service';
export {
  ComplianceReadModel,
  type Compliance,
  type ComplianceAsked,
  type ComplianceQuery,
  type WholeCompliance,
} from './compliance/compliance.read-model';
export { COMPLIANCE_STATES, type ComplianceState } from './compliance/compliance-rows';
export type { DeviceCompliance, DeviceSetView } from './compliance/compliance-view';
export type { Drift, Tracking } from './compliance/drift';
export type { Reason } from './compliance/reasons';
export { DeviceAssertions, type WantedSets } from './device-assertions.service';
export { diffSets, type ConstraintDiff, type SnapDiff } from './diff-sets';
export { judgeImport, type ImportOutcome } from './judge-import';
export { ValidationSetPlanningModule } from './planning/planning.module';
export { ValidationSetPlanner } from './planning/validation-set-planner';
export {
  nameOfSequence,
  nameOfSet,
  type BadMark,
  type SequenceKey,
  type SequenceSummary,
  type SequenceView,
  type SetKey,
  type SetSummary,
} from './set-view';
export type { ValidationSetsOptions } from './trusted-assertions';
export { ValidationSetsModule } from './validation-sets.module';
export { ValidationSetsReadModel } from './validation-sets.read-model';
export { ValidationSetsService } from './validation-sets.service';
