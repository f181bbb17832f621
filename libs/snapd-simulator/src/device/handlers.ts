import { serviceHandler } from '../apps/apps-api';
import type { TaskHandler } from '../changes/runner';
import { preDownloadHandler } from '../auto-refresh/auto-refresh';
import { commitConfdb } from '../confdb/confdb-changes';
import { hookHandler } from '../conf/hook';
import { setModelHandler } from '../remodel/remodel';
import { SNAP_HANDLERS } from '../snaps/handlers';
import { createHandler, finalizeHandler } from '../systems/create';
import { removeHandler } from '../systems/remove';
import { enforceHandler } from '../validation-sets/refresh-to-enforce';
import { ALIAS_HANDLERS } from '../aliases/alias-tasks';
import { autoDisconnectHandler, connectHandler, disconnectHandler } from '../interfaces/connect-tasks';
import { quotaHandler } from '../quotas/quotas-api';
import { installStepHandler, reprovisionHandler } from '../systems/installer-actions';
import { SNAPSHOT_HANDLERS } from '../snapshots/snapshot-tasks';
import type { Device } from './device';
import { markSeeded } from './first-boot';
import { requestSerial } from './registration';

/** What each kind of task does; kinds that are missing only take their time. */
export const HANDLERS: ReadonlyMap<string, TaskHandler<Device>> = new Map<string, TaskHandler<Device>>([
  ...SNAP_HANDLERS,
  ['pre-download-snap', preDownloadHandler],
  ['set-model', setModelHandler],
  ['commit-confdb-tx', commitConfdb],
  ['mark-seeded', markSeeded],
  ['request-serial', requestSerial],
  ['connect', connectHandler],
  ['disconnect', disconnectHandler],
  ['auto-disconnect', autoDisconnectHandler],
  ...ALIAS_HANDLERS,
  ...SNAPSHOT_HANDLERS,
  ['quota-control', quotaHandler],
  ['fde-reprovision', reprovisionHandler],
  ['install-finish', installStepHandler],
  ['install-setup-storage-encryption', installStepHandler],
  ['run-hook', hookHandler],
  ['service-control', serviceHandler],
  ['enforce-validation-sets', enforceHandler],
  ['create-recovery-system', createHandler],
  ['finalize-recovery-system', finalizeHandler],
  ['remove-recovery-system', removeHandler],
]);
