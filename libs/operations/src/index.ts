import { abortChange } from './catalogue/abort-change';
import { createRecoverySystem } from './catalogue/create-recovery-system';
import { disable } from './catalogue/disable';
import { enable } from './catalogue/enable';
import { enforceValidationSet } from './catalogue/enforce-validation-set';
import { forgetValidationSet } from './catalogue/forget-validation-set';
import { hold } from './catalogue/hold';
import { install } from './catalogue/install';
import { monitorValidationSet } from './catalogue/monitor-validation-set';
import { reboot } from './catalogue/reboot';
import { refresh } from './catalogue/refresh';
import { remove } from './catalogue/remove';
import { removeRecoverySystem } from './catalogue/remove-recovery-system';
import { revert } from './catalogue/revert';
import { serviceControl } from './catalogue/service-control';
import { setConfiguration } from './catalogue/set-configuration';
import { sideload } from './catalogue/sideload';
import { unhold } from './catalogue/unhold';
import type { Operation } from './operation';
import { reads } from './reads/reads';

const actions: readonly Operation[] = [
  abortChange,
  createRecoverySystem,
  disable,
  enable,
  enforceValidationSet,
  forgetValidationSet,
  hold,
  install,
  monitorValidationSet,
  reboot,
  refresh,
  remove,
  removeRecoverySystem,
  revert,
  serviceControl,
  setConfiguration,
  sideload,
  unhold,
];

/** Every operation there is, by rising name. */
export const operations: readonly Operation[] = [...actions, ...reads].sort((a, b) => (a.name < b.name ? -1 : 1));

const byName = new Map(operations.map((operation) => [operation.name, operation]));

/** The operation of that name, or undefined. */
export const findOperation = (name: string): Operation | undefined => byName.get(name);

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
export { findRead, type FoundRead } from './reads/find-read';
export type { ReadRoute } from './reads/read';
