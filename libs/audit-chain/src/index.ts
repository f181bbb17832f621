export { GENESIS, leafOf, nextHash } from './chain';
export {
  CHECKPOINT_MOST,
  checkpointDigest,
  isSigned,
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
  type CheckpointSigner,
} from './checkpoint';
export { running, sha256, written } from './digest';
export { entryText, type EntryRow, type ExportedEntry } from './entry-text';
export { exportLine } from './export-line';
export { findingText, type Finding } from './findings';
export { hiddenPaths, type Path } from './hidden';
export { outcomeOf, type Outcome } from './outcome';
export type { Verdict } from './verdict';
export { verifyExport, type VerifyOptions } from './verify-export';
export { verifySelection } from './verify-selection';
export { wholeLines } from './whole-lines';
