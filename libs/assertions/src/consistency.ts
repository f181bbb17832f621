import type { Assertion } from './assertion';
import { readAccountKey } from './subjects/account-key';
import { readModel } from './subjects/model';
import { readSerial } from './subjects/serial';
import { readStore } from './subjects/store';
import type { Trust } from './trust';

/** What else is believed. */
export interface Believed {
  readonly trust: Trust;
  /** A verified assertion by its identity. */
  verified(identity: string): Assertion | undefined;
  /** The keys of an account that are verified so far. */
  keysOf(accountId: string): readonly Assertion[];
}

/** Why an assertion cannot stand beside the others. */
export interface Inconsistency {
  readonly kind: 'not-allowed' | 'inconsistent';
  readonly reason: string;
}

type Check = (assertion: Assertion, believed: Believed) => Inconsistency | undefined;

/** What each type asks of the others (snapd's `checkConsistency`); those missing here ask nothing. */
const CHECKS: Readonly<Record<string, Check>> = {
  account: whyNoAccount,
  'account-key': whyNoAccountKey,
  serial: whyNoSerial,
  store: whyNoStore,
};

/** @returns undefined when nothing speaks against it */
export const whyInconsistent: Check = (assertion, believed) =>
  Object.hasOwn(CHECKS, assertion.type) ? CHECKS[assertion.type]?.(assertion, believed) : undefined;

function whyNoAccount({ primaryKey, authorityId }: Assertion, { trust }: Believed): Inconsistency | undefined {
  if (trust.isTrustedAccount(authorityId)) return undefined;
  return notTrusted(`account assertion for "${primaryKey[0] ?? ''}"`, authorityId);
}

function whyNoAccountKey(assertion: Assertion, { trust, verified, keysOf }: Believed): Inconsistency | undefined {
  const { accountId, name, publicKey } = readAccountKey(assertion);
  const what = `account-key assertion for "${accountId}"`;
  if (!trust.isTrustedAccount(assertion.authorityId)) return notTrusted(what, assertion.authorityId);
  if (!verified(`account/${accountId}`))
    return { kind: 'inconsistent', reason: `${what} does not have a matching account assertion` };
  if (name === undefined) return undefined;
  const others = keysOf(accountId).map(readAccountKey);
  const clash = others.find((other) => other.name === name && other.publicKey.id !== publicKey.id);
  if (!clash) return undefined;
  const reason = `${what} with ID "${publicKey.id}" has the same name "${name}" as existing ID "${clash.publicKey.id}"`;
  return { kind: 'inconsistent', reason };
}

/** Signed by someone else than the brand only where the model says so. */
function whyNoSerial(assertion: Assertion, { verified }: Believed): Inconsistency | undefined {
  const { brandId, model } = readSerial(assertion);
  const { authorityId = '' } = assertion;
  if (authorityId === brandId) return undefined;
  const found = verified(`model/16/${brandId}/${model}`);
  if (found && readModel(found).serialAuthority.includes(authorityId)) return undefined;
  const reason =
    `serial with authority "${authorityId}" different from brand "${brandId}" ` +
    `without model assertion with serial-authority set to allow for them`;
  return { kind: 'not-allowed', reason };
}

function whyNoStore(assertion: Assertion, { trust, verified }: Believed): Inconsistency | undefined {
  const { store, operatorId } = readStore(assertion);
  if (!trust.isTrustedAccount(assertion.authorityId))
    return notTrusted(`store assertion "${store}"`, assertion.authorityId);
  if (verified(`account/${operatorId}`)) return undefined;
  const reason = `store assertion "${store}" does not have a matching account assertion for the operator "${operatorId}"`;
  return { kind: 'inconsistent', reason };
}

const notTrusted = (what: string, authorityId = ''): Inconsistency => ({
  kind: 'not-allowed',
  reason: `${what} is not signed by a directly trusted authority: ${authorityId}`,
});
