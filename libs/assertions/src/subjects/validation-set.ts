import type { Assertion } from '../assertion';
import { broken, quoted } from '../errors';
import {
  isSnapName,
  mapList,
  matchingText,
  oneOf,
  optionalNumber,
  requiredText,
  requiredTime,
  SNAP_ID,
  VALIDATION_SET_NAME,
  wholeNumber,
} from '../header-checks';
import { headerMap, isMap, type HeaderMap } from '../headers';

const PRESENCES = ['required', 'optional', 'invalid'] as const;

/** Whether a snap or component must, may or must not be there. */
export type Presence = (typeof PRESENCES)[number];

/** What a set says of one component. */
export interface ValidationSetComponent {
  presence: Presence;
  revision?: number;
}

/** What a set says of one snap; without revision any will do. */
export interface ValidationSetSnap {
  name: string;
  id: string;
  presence: Presence;
  revision?: number;
  /** By name; none when it says nothing of them. */
  components?: Record<string, ValidationSetComponent>;
}

/** One sequence of a validation set. */
export interface ValidationSet {
  accountId: string;
  name: string;
  sequence: number;
  snaps: ValidationSetSnap[];
  timestamp: Date;
}

/** @throws BrokenRuleError (the rules and their words: snapd asserts/validation_set.go) */
export function readValidationSet({ headers, authorityId }: Assertion): ValidationSet {
  const accountId = requiredText(headers, 'account-id');
  if (accountId !== authorityId) {
    broken(
      `authority-id and account-id must match, validation-set assertions are expected to be signed by the issuer account: ` +
        `${quoted(authorityId ?? '')} != ${quoted(accountId)}`,
    );
  }
  const name = matchingText(headers, 'name', VALIDATION_SET_NAME);
  const sequence = wholeNumber(headers, 'sequence');
  if (sequence < 1) broken(`"sequence" must be >=1: ${sequence}`);
  if (headers.snaps === undefined) broken('"snaps" header is mandatory');
  const snaps = mapList(headers, 'snaps', '"snaps" header must be a list of maps').map(readSnap);
  refuseTwice(snaps);
  return { accountId, name, sequence, snaps, timestamp: requiredTime(headers, 'timestamp') };
}

function readSnap(entry: HeaderMap): ValidationSetSnap {
  const name = requiredText(entry, 'name', 'of snap');
  if (!isSnapName(name)) broken(`invalid snap name ${quoted(name)}`);
  const what = `of snap ${quoted(name)}`;
  const id = matchingText(entry, 'id', SNAP_ID, what);
  const presence = oneOf(entry, 'presence', PRESENCES, what);
  const revision = revisionIn(entry, what);
  if (revision && presence === 'invalid')
    broken(`cannot specify revision ${what} at the same time as stating its presence is invalid`);
  const components = readComponents(name, entry, revision);
  return { name, id, presence, ...(revision && { revision }), ...(components && { components }) };
}

function revisionIn(entry: HeaderMap, what: string): number | undefined {
  if (entry.revision === undefined) return undefined;
  const revision = optionalNumber(entry, 'revision', 0, what);
  return revision >= 1 ? revision : broken(`"revision" ${what} must be >=1: ${revision}`);
}

function readComponents(
  snap: string,
  entry: HeaderMap,
  snapRevision: number | undefined,
): Record<string, ValidationSetComponent> | undefined {
  const { components } = entry;
  if (components === undefined) return undefined;
  if (!isMap(components)) broken('"components" field in "snaps" header must be a map');
  const read = Object.entries(components).map(([name, value]) => {
    const component = typeof value === 'string' ? headerMap({ presence: value }) : value;
    if (!isMap(component)) broken('each field in "components" map must be either a map or a string');
    return [name, readComponent(snap, name, component, snapRevision)] as const;
  });
  return Object.fromEntries(read);
}

function readComponent(
  snap: string,
  name: string,
  entry: HeaderMap,
  snapRevision: number | undefined,
): ValidationSetComponent {
  if (!isSnapName(name)) broken(`invalid component name ${quoted(name)}`);
  const what = `of component ${quoted(`${snap}+${name}`)}`;
  requiredText(entry, 'presence', what);
  const presence = oneOf(entry, 'presence', PRESENCES, what);
  const revision = revisionIn(entry, what);
  if (revision && presence === 'invalid')
    broken(`cannot specify component revision ${what} at the same time as stating its presence is invalid`);
  if (snapRevision && !revision && presence !== 'invalid')
    broken(`must specify revision ${what} since its associated snap specifies a revision`);
  if (!snapRevision && revision)
    broken(`cannot specify revision ${what} if its associated snap does not specify a revision`);
  return { presence, ...(revision && { revision }) };
}

function refuseTwice(snaps: readonly ValidationSetSnap[]): void {
  const names = new Set<string>();
  const nameOfId = new Map<string, string>();
  for (const { name, id } of snaps) {
    if (names.has(name)) broken(`cannot list the same snap ${quoted(name)} multiple times`);
    const other = nameOfId.get(id);
    if (other !== undefined) {
      broken(
        `cannot specify the same snap id ${quoted(id)} multiple times, specified for snaps "${other}" and "${name}"`,
      );
    }
    names.add(name);
    nameOfId.set(id, name);
  }
}
