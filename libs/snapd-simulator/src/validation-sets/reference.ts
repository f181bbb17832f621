import { quote } from '../go-text';
import type { SetReference } from './tracking';

export const ACCOUNT_ID = /^(?:[a-z0-9A-Z]{32}|[-a-z0-9]{2,28})$/;
export const SET_NAME = /^[a-z0-9](?:-?[a-z0-9])*$/;

/**
 * Reads `acct/name[=sequence]`.
 * @throws Error `cannot parse validation set "x": …`
 */
export function parseSetReference(text: string): SetReference {
  const fail = (why: string): Error => new Error(`cannot parse validation set ${quote(text)}: ${why}`);
  const [path = '', sequence, ...more] = text.split('=');
  if (more.length > 0) throw fail('expected account/name=seq');
  if (sequence !== undefined && !/^[+-]?\d+$/.test(sequence)) {
    throw fail(`invalid sequence: strconv.Atoi: parsing ${quote(sequence)}: invalid syntax`);
  }
  const [accountId = '', name, ...deeper] = path.split('/');
  if (name === undefined || deeper.length > 0) throw fail('expected a single account/name');
  if (!ACCOUNT_ID.test(accountId)) throw fail(`invalid account ID ${quote(accountId)}`);
  if (!SET_NAME.test(name)) throw fail(`invalid validation set name ${quote(name)}`);
  if (sequence === undefined) return { accountId, name };
  return { accountId, name, sequence: Number(sequence) };
}

/** `acct/name[=sequence]` again. */
export const referenceText = (set: SetReference): string =>
  `${set.accountId}/${set.name}${set.sequence === undefined ? '' : `=${set.sequence}`}`;

/** Where the store has the set, as a request that fails names it. */
export const setPath = ({ accountId, name, sequence }: SetReference): string =>
  `assertions/validation-set/16/${accountId}/${name}?max-format=0&sequence=${sequence ?? 'latest'}`;
