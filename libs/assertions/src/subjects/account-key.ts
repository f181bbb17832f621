import type { Assertion } from '../assertion';
import { compileConstraints, type Constraint } from '../constraints';
import { broken, quoted } from '../errors';
import { isName, matchingText, optionalTime, requiredText, requiredTime } from '../header-checks';
import { decodePublicKey, type PublicKey } from '../openpgp/public-key';

/** A key of an account, and what it may sign when. */
export interface AccountKey {
  accountId: string;
  /** Old keys have none. */
  name: string | undefined;
  since: Date;
  /** No longer valid from then on; undefined when it is valid for ever. */
  until: Date | undefined;
  publicKey: PublicKey;
  /** An assertion must match one of them; any does when there are none. */
  constraints: readonly Constraint[];
}

/** @throws BrokenRuleError */
export function readAccountKey({ headers, body }: Assertion): AccountKey {
  const accountId = requiredText(headers, 'account-id');
  const name = headers.name === undefined ? undefined : matchingText(headers, 'name', /^[a-z0-9-]+$/);
  if (name !== undefined && !isName(name)) broken(`"name" header contains invalid characters: ${quoted(name)}`);
  const since = requiredTime(headers, 'since');
  const until = optionalTime(headers, 'until');
  if (until && until < since) broken(`'until' time cannot be before 'since' time`);
  const publicKey = decodePublicKey(body?.toString('latin1') ?? '');
  if (publicKey.id !== headers['public-key-sha3-384']) broken('public key does not match provided key id');
  return { accountId, name, since, until, publicKey, constraints: compileConstraints(headers.constraints) };
}

/** Whether the key is valid at a time. */
export const isValidAt = ({ since, until }: AccountKey, time: Date): boolean =>
  time >= since && (until === undefined || time < until);
