import type { Assertion } from '../assertion';
import { readAccount } from './account';
import { readAccountKey } from './account-key';
import { readModel } from './model';
import { readSerial } from './serial';
import { readStore } from './store';
import { readSystemUser } from './system-user';
import { readValidationSet } from './validation-set';

/** What each type's headers and body must be; the others of snapd's types are only read. */
const READERS: Readonly<Record<string, (assertion: Assertion) => unknown>> = {
  account: readAccount,
  'account-key': readAccountKey,
  model: readModel,
  serial: readSerial,
  store: readStore,
  'system-user': readSystemUser,
  'validation-set': readValidationSet,
};

/** Whether assertions of a type are understood, so that they can be verified. */
export const isUnderstood = (type: string): boolean => Object.hasOwn(READERS, type);

/** @throws BrokenRuleError when it is not what its type asks for */
export function checkSubject(assertion: Assertion): void {
  if (isUnderstood(assertion.type)) READERS[assertion.type]?.(assertion);
}
