import { abortChange } from './catalogue/abort-change';
import { alias, preferAliases, unalias } from './catalogue/aliases';
import { addAssertions, forgetSerial } from './catalogue/assertions';
import { bootSystem, factoryReset, reinstall } from './catalogue/boot-system';
import { delegateConfdb, setConfdb, undelegateConfdb } from './catalogue/confdb';
import { connect, disconnect } from './catalogue/connections';
import { createRecoverySystem } from './catalogue/create-recovery-system';
import { disable, enable } from './catalogue/enable-and-disable';
import { enforceValidationSet } from './catalogue/enforce-validation-set';
import { forgetValidationSet } from './catalogue/forget-validation-set';
import { hold } from './catalogue/hold';
import { install } from './catalogue/install';
import { logIn, logOut } from './catalogue/login';
import { monitorValidationSet } from './catalogue/monitor-validation-set';
import { addPromptingRule, answerPrompt, patchPromptingRule, removePromptingRule } from './catalogue/prompting';
import { ensureQuota, removeQuota } from './catalogue/quotas';
import { reboot } from './catalogue/reboot';
import { removeRecoveryKeys } from './catalogue/recovery-keys';
import { refresh } from './catalogue/refresh';
import { remodel } from './catalogue/remodel';
import { remove, removeComponents } from './catalogue/remove';
import { removeRecoverySystem } from './catalogue/remove-recovery-system';
import { revert } from './catalogue/revert';
import { serviceControl } from './catalogue/service-control';
import { setConfiguration } from './catalogue/set-configuration';
import { sideload } from './catalogue/sideload';
import { checkSnapshot, forgetSnapshot, importSnapshot, restoreSnapshot, saveSnapshot } from './catalogue/snapshots';
import { createCohorts, installThemes } from './catalogue/store';
import { switchChannel } from './catalogue/switch';
import * as keys from './catalogue/system-volumes';
import { unhold } from './catalogue/unhold';
import { acknowledgeWarnings, adviseSystemKey, ensureStateSoon } from './catalogue/upkeep';
import { createUsers, removeUser } from './catalogue/users';
import type { Operation } from './operation';
import { followedLogs } from './reads/followed-logs';
import { reads } from './reads/reads';

const snapOperations = [
  ...[install, refresh, remove, removeComponents, revert, enable, disable, switchChannel, hold, unhold, sideload],
  ...[alias, unalias, preferAliases, connect, disconnect, serviceControl, setConfiguration],
  ...[saveSnapshot, checkSnapshot, restoreSnapshot, forgetSnapshot, importSnapshot],
  ...[createCohorts, installThemes, ensureQuota, removeQuota],
];

const systemOperations = [
  ...[enforceValidationSet, monitorValidationSet, forgetValidationSet, addAssertions, forgetSerial, remodel],
  ...[createRecoverySystem, removeRecoverySystem, bootSystem, factoryReset, reinstall, reboot],
  ...[setConfdb, delegateConfdb, undelegateConfdb, createUsers, removeUser, logIn, logOut],
  ...[answerPrompt, addPromptingRule, patchPromptingRule, removePromptingRule],
  ...[abortChange, acknowledgeWarnings, ensureStateSoon, adviseSystemKey],
];

const keyOperations = [
  ...[removeRecoveryKeys, keys.checkRecoveryKey, keys.addRecoveryKey, keys.replaceRecoveryKey],
  ...[keys.checkPassphrase, keys.changePassphrase, keys.checkPin, keys.changePin, keys.replacePlatformKey],
];

/** Every operation there is, by rising name. */
export const operations: readonly Operation[] = [
  ...snapOperations,
  ...systemOperations,
  ...keyOperations,
  ...reads,
  followedLogs,
].sort((a, b) => (a.name < b.name ? -1 : 1));

const byName = new Map(operations.map((operation) => [operation.name, operation]));

/** The operation of that name, or undefined. */
export const findOperation = (name: string): Operation | undefined => byName.get(name);
