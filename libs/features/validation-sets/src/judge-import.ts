import { createHash } from 'node:crypto';
import { describeAssertion, textOf, type Assertion, type Refusal } from '@corefleet/assertions';
import type { FieldProblem } from '@corefleet/platform/errors';

/** An assertion that is kept, as far as importing another depends on it. */
export interface KeptAssertion {
  readonly revision: number;
  readonly sha256: string;
}

/** What importing does to one assertion. */
export type ImportOutcome =
  | 'imported'
  /** It takes the place of an older revision. */
  | 'replaced'
  /** The same is kept already. */
  | 'unchanged'
  /** A newer revision is kept, and stays. */
  | 'older';

/*
 * | kept           | text    | outcome   |
 * | -------------- | ------- | --------- |
 * | nothing        |         | imported  |
 * | older revision |         | replaced  |
 * | same revision  | same    | unchanged |
 * | same revision  | another | refused   |
 * | newer revision |         | older     |
 */

/** @returns undefined when it contradicts what is kept */
export function judgeImport(assertion: Assertion, kept: KeptAssertion | undefined): ImportOutcome | undefined {
  if (!kept) return 'imported';
  if (kept.revision < assertion.revision) return 'replaced';
  if (kept.revision > assertion.revision) return 'older';
  return kept.sha256 === digestOf(assertion) ? 'unchanged' : undefined;
}

/** SHA-256 of the text, in hex. */
export const digestOf = (assertion: Assertion): string => createHash('sha256').update(textOf(assertion)).digest('hex');

/** Types that are kept: sets, and what vouches for them. */
const KEPT_TYPES = ['account', 'account-key', 'validation-set'];
/** Largest number that the tables hold. */
const NUMBER_MOST = 2_147_483_647;

/** What of a stream could not be kept even if it were true. */
export function unkeepable(assertions: readonly Assertion[]): FieldProblem[] {
  const seen = new Map<string, string>();
  return assertions.flatMap((assertion) => {
    const field = describeAssertion(assertion);
    const before = seen.get(field);
    seen.set(field, digestOf(assertion));
    const message = whyUnkeepable(assertion) ?? (before && before !== digestOf(assertion) ? TWICE : undefined);
    return message === undefined ? [] : [{ field, message }];
  });
}

const TWICE = 'is in the stream twice, and not the same';

function whyUnkeepable(assertion: Assertion): string | undefined {
  const { type, revision, headers } = assertion;
  if (!KEPT_TYPES.includes(type)) {
    return `is of type ${type}: only validation sets are imported, with the accounts and account-keys that vouch for them`;
  }
  if (revision > NUMBER_MOST) return `has revision ${revision}, and ${NUMBER_MOST} is the largest that is kept`;
  if (Number(headers.sequence ?? 1) > NUMBER_MOST)
    return `has sequence ${String(headers.sequence)}, and ${NUMBER_MOST} is the largest that is kept`;
  return textOf(assertion).includes('\u0000') ? 'holds NUL' : undefined;
}

/** A refusal as the request is told of it. */
export const problemOf = ({ assertion, kind, reason }: Refusal): FieldProblem => ({
  field: describeAssertion(assertion),
  message: `${HEADLINES[kind]}: ${reason}`,
});

const HEADLINES: Readonly<Record<Refusal['kind'], string>> = {
  'unknown-signer': 'is not verified, its signer is not known',
  'bad-signature': 'is not verified, its signature is bad',
  'expired-key': 'is not verified, its key is not valid',
  'not-allowed': 'is not verified, its signer may not say so',
  inconsistent: 'contradicts another assertion',
  unsupported: 'cannot be verified',
};
