import type { Operation } from '../operation';
import { readChange, readChanges } from './changes';
import { readSnapFile, readSnapshotExport } from './files';
import { readConfiguration, readSnap, readSnaps } from './snaps';
import { readRecoveryKeys, readStorageEncryption, readSystemInfo, readUsers, readWarnings } from './system';
import { readSystem, readSystems } from './systems';
import { readValidationSet, readValidationSets } from './validation-sets';

/** Every read there is. */
export const reads: readonly Operation[] = [
  readChange,
  readChanges,
  readConfiguration,
  readRecoveryKeys,
  readSnap,
  readSnapFile,
  readSnaps,
  readSnapshotExport,
  readStorageEncryption,
  readSystem,
  readSystemInfo,
  readSystems,
  readUsers,
  readValidationSet,
  readValidationSets,
  readWarnings,
];
