import { describeAssertion, identityOf, isSupported, type Assertion } from './assertion';
import { whyInconsistent } from './consistency';
import { BrokenRuleError } from './errors';
import { optionalTime } from './header-checks';
import { whyNotSigned } from './openpgp/signature';
import { isUnderstood } from './subjects';
import { isValidAt, readAccountKey, type AccountKey } from './subjects/account-key';
import type { Trust } from './trust';

/** Why an assertion is not believed: which decision a caller would make of it. */
export type RefusalKind =
  /** The key that signed it, or what vouches for that key, is not known or not verified. */
  | 'unknown-signer'
  | 'bad-signature'
  /** Its key is not valid now, or was not when it was made. */
  | 'expired-key'
  /** Its key may not sign such things, or its authority may not say them. */
  | 'not-allowed'
  /** Another assertion says otherwise. */
  | 'inconsistent'
  /** Its type or format is not one that is verified here. */
  | 'unsupported';

/** An assertion that is not believed, and why. */
export interface Refusal {
  readonly assertion: Assertion;
  readonly kind: RefusalKind;
  /** In snapd's words where snapd has some. */
  readonly reason: string;
}

/** What came of verifying several. */
export interface Verification {
  /** Those believed, each after all that vouches for it. */
  readonly verified: readonly Assertion[];
  readonly refused: readonly Refusal[];
}

/** What to verify with. */
export interface VerifyContext {
  readonly trust: Trust;
  /** Others that may vouch for these. They are verified as well, from the anchors up, and not told of. */
  readonly known?: readonly Assertion[];
  readonly now: Date;
}

/**
 * Verifies assertions as snapd does when it adds them, in whatever order they come: format, signer, the signer's validity
 * now and when it signed, what the signer may sign, signature, and what the type asks for. Of one identity the newest
 * revision counts for others; anchors always win.
 */
export function verifyAssertions(assertions: readonly Assertion[], context: VerifyContext): Verification {
  const verifier = new Verifier(assertions, context);
  const refused = assertions.flatMap((assertion) => verifier.refusalOf(assertion) ?? []);
  const asked = new Set(assertions);
  return { verified: verifier.verified.filter((assertion) => asked.has(assertion)), refused };
}

type Verdict = Omit<Refusal, 'assertion'>;

class Verifier {
  readonly verified: Assertion[] = [];
  private readonly byIdentity = new Map<string, Assertion>();
  private readonly keysOfAccount = new Map<string, Assertion[]>();
  private readonly verdicts = new Map<Assertion, Verdict | undefined>();
  private readonly underway = new Set<Assertion>();

  constructor(
    assertions: readonly Assertion[],
    private readonly context: VerifyContext,
  ) {
    for (const assertion of [...(context.known ?? []), ...assertions]) this.index(assertion);
    for (const assertion of this.byIdentity.values()) this.indexKey(assertion);
  }

  /** Why one is not believed; undefined when it is. */
  refusalOf(assertion: Assertion): Refusal | undefined {
    const verdict = this.verdictOn(assertion);
    return verdict && { assertion, ...verdict };
  }

  private index(assertion: Assertion): void {
    const identity = identityOf(assertion);
    const other = this.byIdentity.get(identity);
    if (!other || other.revision < assertion.revision) this.byIdentity.set(identity, assertion);
  }

  private indexKey(assertion: Assertion): void {
    const accountId = assertion.headers['account-id'];
    if (assertion.type !== 'account-key' || typeof accountId !== 'string') return;
    const keys = this.keysOfAccount.get(accountId) ?? [];
    keys.push(assertion);
    this.keysOfAccount.set(accountId, keys);
  }

  /** Each is judged once, and one that vouches for itself never ends well. */
  private verdictOn(assertion: Assertion): Verdict | undefined {
    if (this.verdicts.has(assertion)) return this.verdicts.get(assertion);
    if (this.underway.has(assertion)) return { kind: 'unknown-signer', reason: 'it is vouched for by itself alone' };
    this.underway.add(assertion);
    const verdict = this.judge(assertion);
    this.underway.delete(assertion);
    this.verdicts.set(assertion, verdict);
    if (!verdict) this.verified.push(assertion);
    return verdict;
  }

  private judge(assertion: Assertion): Verdict | undefined {
    const { type, format } = assertion;
    if (!isUnderstood(type)) return { kind: 'unsupported', reason: `assertions of type ${type} are not verified here` };
    if (!isSupported(assertion)) return { kind: 'unsupported', reason: `format ${format} is too new` };
    const signer = this.signerOf(assertion);
    if ('kind' in signer) return signer;
    return this.judgeSigned(assertion, signer);
  }

  private judgeSigned(assertion: Assertion, signer: AccountKey): Verdict | undefined {
    const { type, headers, content, signature, signKeyId, authorityId = '' } = assertion;
    const key = `public key "${signKeyId}" from "${authorityId}"`;
    if (!isValidAt(signer, this.context.now)) {
      const now = this.context.now.toISOString();
      return {
        kind: 'expired-key',
        reason: `signed with expired ${key}: current time is ${now} but key is ${validity(signer)}`,
      };
    }
    if (signer.constraints.length > 0 && !signer.constraints.some((matches) => matches(headers)))
      return { kind: 'not-allowed', reason: `assertion does not match signing constraints for ${key}` };
    const problem = problemOf(() => whyNotSigned(content, signature.toString('latin1'), signer.publicKey));
    if (problem !== undefined) return { kind: 'bad-signature', reason: `failed signature verification: ${problem}` };
    const made = optionalTime(headers, 'timestamp');
    if (made && !isValidAt(signer, made)) {
      const reason = `${type} assertion timestamp "${made.toISOString()}" outside of signing key validity (key ${validity(signer)})`;
      return { kind: 'expired-key', reason };
    }
    return whyInconsistent(assertion, {
      trust: this.context.trust,
      verified: (identity) => this.verifiedWith(identity),
      keysOf: (accountId) => this.keysOf(accountId),
    });
  }

  /** The key that an assertion says it is signed with, verified, or why there is none. */
  private signerOf({ authorityId = '', signKeyId }: Assertion): AccountKey | Verdict {
    const identity = `account-key/${signKeyId}`;
    const anchor = this.context.trust.find(identity);
    const found = anchor ?? this.byIdentity.get(identity);
    if (!found) {
      return {
        kind: 'unknown-signer',
        reason: `no matching public key "${signKeyId}" for signature by "${authorityId}"`,
      };
    }
    const refusal = anchor ? undefined : this.verdictOn(found);
    if (refusal) {
      return {
        kind: 'unknown-signer',
        reason: `its key, ${describeAssertion(found)}, is not verified: ${refusal.reason}`,
      };
    }
    const signer = readAccountKey(found);
    if (signer.accountId === authorityId) return signer;
    const reason = `found public key "${signKeyId}" from "${signer.accountId}" but expected it from: ${authorityId}`;
    return { kind: 'unknown-signer', reason };
  }

  private verifiedWith(identity: string): Assertion | undefined {
    const anchor = this.context.trust.find(identity);
    const found = anchor ?? this.byIdentity.get(identity);
    return found && (anchor || !this.verdictOn(found)) ? found : undefined;
  }

  /** Other keys of an account that are verified, without those that are being looked at just now. */
  private keysOf(accountId: string): Assertion[] {
    const anchors = this.context.trust.anchors.filter(
      ({ type, headers }) => type === 'account-key' && headers['account-id'] === accountId,
    );
    const judged = (this.keysOfAccount.get(accountId) ?? []).filter((key) => this.verdicts.has(key));
    return [...anchors, ...judged.filter((key) => this.verdicts.get(key) === undefined)];
  }
}

/** What a look at a signature says, also when it is none at all. */
function problemOf(look: () => string | undefined): string | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof BrokenRuleError) return error.reason;
    throw error;
  }
}

const validity = ({ since, until }: AccountKey): string =>
  until ? `valid during [${since.toISOString()}, ${until.toISOString()})` : `valid from ${since.toISOString()}`;
