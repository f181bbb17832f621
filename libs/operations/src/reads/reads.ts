import type { Operation } from '../operation';
import { readApps, readLogs } from './apps';
import { readAssertionTypes, readAssertions, readModel, readSerial, readSystemUsers } from './assertions';
import { readChange, readChanges } from './changes';
import { readConfdbView } from './confdb';
import { readDebug } from './debug';
import { readIcon, readSnapFile, readSnapshotExport } from './files';
import {
  readConnections,
  readInterfaces,
  readPrompt,
  readPromptingRule,
  readPromptingRules,
  readPrompts,
} from './interfaces';
import { readNotice, readNotices } from './notices';
import { readAliases, readConfiguration, readQuota, readQuotas, readSnap, readSnaps } from './snaps';
import { readSnapshots } from './snapshots';
import { readCategories, readDownload, readSections, readStore } from './store';
import { readRecoveryKeys, readStorageEncryption, readSystemInfo, readUsers, readWarnings } from './system';
import { readNewRecoveryKey, readSystem, readSystemVolumes, readSystems } from './systems';
import { readThemes, readThemesChange } from './themes';
import { readValidationSet, readValidationSets } from './validation-sets';

/** Every read there is. */
export const reads: readonly Operation[] = [
  readAliases,
  readApps,
  readAssertionTypes,
  readAssertions,
  readCategories,
  readChange,
  readChanges,
  readConfdbView,
  readConfiguration,
  readConnections,
  readDebug,
  readDownload,
  readIcon,
  readInterfaces,
  readLogs,
  readModel,
  readNewRecoveryKey,
  readNotice,
  readNotices,
  readPrompt,
  readPromptingRule,
  readPromptingRules,
  readPrompts,
  readQuota,
  readQuotas,
  readRecoveryKeys,
  readSections,
  readSerial,
  readSnap,
  readSnapFile,
  readSnaps,
  readSnapshotExport,
  readSnapshots,
  readStorageEncryption,
  readStore,
  readSystem,
  readSystemInfo,
  readSystemUsers,
  readSystemVolumes,
  readSystems,
  readThemes,
  readThemesChange,
  readUsers,
  readValidationSet,
  readValidationSets,
  readWarnings,
];
