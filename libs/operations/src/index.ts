export { aboutOf, type About } from './about';
export { artifactName, artifactReference, type ArtifactReference } from './artifact';
export { isCutShort } from './aborted';
export type {
  Artifact,
  Expects,
  Operation,
  OperationContext,
  Outcome,
  Preparation,
  PreparedOperation,
  Reboots,
  Risk,
  Started,
  Verdict,
} from './operation';
export { parseValidationSet, type ValidationSetReference } from './fields';
export { findOperation, operations } from './operations';
export { followedLogs } from './reads/followed-logs';
export { findRead, type FoundRead } from './reads/find-read';
export type { ReadRoute } from './reads/read';
export { RequirementError, isOlder, type Requirement } from './requirements';
export { HIDDEN, isSecret, secretPaths } from './secrets';
export { shownParameters } from './shown-parameters';
export type { Done, UndoStep } from './undo';
