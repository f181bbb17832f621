import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { HeaderValue } from './headers';
import { encodePublicKey, signAssertion, type Statement } from './sign';

/** An account with a key, and what it signs. */
export interface Authority {
  accountId: string;
  keyId: string;
  /** The account and its key as assertions, to trust or to import. */
  account: string;
  accountKey: string;
  /** Signs as this account. Headers win over `authority-id`. */
  sign(statement: Statement): string;
}

/** An account that is vouched for by a root. */
export interface Brand extends Authority {
  /** What to trust as given. */
  root: Authority;
  /** A stream of what vouches for it, without the root. */
  chain: string;
  validationSet(set: SetStatement): string;
}

/** A sequence of a validation set, as far as it matters. */
export interface SetStatement {
  name: string;
  sequence: number;
  snaps: Readonly<Record<string, HeaderValue>>[];
  revision?: number;
  timestamp?: string;
}

const MADE = new Date('2024-01-01T00:00:00Z');
const BITS = 2048;

/** A root of its own: an account and a key that vouch for themselves. */
export function mintAuthority(accountId: string): Authority {
  return authority(accountId, privateKey());
}

/** An account with a key, vouched for by `root`. */
export function mintBrand(accountId: string, root: Authority = mintAuthority(`${accountId}-root`)): Brand {
  const made = authority(accountId, privateKey(), root);
  return {
    ...made,
    root,
    chain: `${made.account}\n${made.accountKey}`,
    validationSet: (set) => made.sign(setStatement(accountId, set)),
  };
}

function authority(accountId: string, key: KeyObject, by?: Authority): Authority {
  const { id, text } = encodePublicKey(key);
  const sign = ({ headers, ...statement }: Statement): string =>
    signAssertion({ ...statement, headers: { 'authority-id': accountId, ...headers } }, key, MADE);
  const vouch = by ? by.sign : sign;
  return {
    accountId,
    keyId: id,
    sign,
    account: vouch({
      type: 'account',
      headers: {
        'account-id': accountId,
        'display-name': accountId,
        username: accountId,
        validation: 'verified',
        timestamp: MADE.toISOString(),
      },
    }),
    accountKey: vouch({
      type: 'account-key',
      headers: {
        'public-key-sha3-384': id,
        'account-id': accountId,
        name: 'default',
        since: MADE.toISOString(),
      },
      body: text,
    }),
  };
}

const privateKey = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: BITS }).privateKey;

function setStatement(accountId: string, { name, sequence, snaps, revision, timestamp }: SetStatement): Statement {
  return {
    type: 'validation-set',
    headers: {
      series: '16',
      'account-id': accountId,
      name,
      sequence: String(sequence),
      ...(revision && { revision: String(revision) }),
      snaps: snaps.map((snap) => ({ ...snap })),
      timestamp: timestamp ?? MADE.toISOString(),
    },
  };
}
