import { describeAssertion, identityOf, type Assertion } from './assertion';
import { decodeAssertions } from './decode';
import { AssertionError } from './errors';

/** Accounts and keys that are believed as they are; all other trust is signed by them. */
export interface Trust {
  readonly anchors: readonly Assertion[];
  /** The anchor with an identity (see `identityOf`). */
  find(identity: string): Assertion | undefined;
  /** Whether an account may vouch for other accounts and keys. */
  isTrustedAccount(accountId: string | undefined): boolean;
}

/**
 * @param streams of account and account-key assertions, each trusted as given
 * @throws AssertionError when one cannot be read, or is of another type
 */
export function trustIn(...streams: readonly string[]): Trust {
  const anchors = streams.flatMap((stream) => decodeAssertions(Buffer.from(stream)));
  const odd = anchors.find(({ type }) => type !== 'account' && type !== 'account-key');
  if (odd) throw new AssertionError(describeAssertion(odd), 'only accounts and account-keys can be trusted as given');
  const byIdentity = new Map(anchors.map((anchor) => [identityOf(anchor), anchor]));
  return {
    anchors,
    find: (identity) => byIdentity.get(identity),
    isTrustedAccount: (accountId) => accountId !== undefined && byIdentity.has(`account/${accountId}`),
  };
}
