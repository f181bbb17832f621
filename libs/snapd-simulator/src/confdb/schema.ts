import type { AssertionHeaders } from '../assertion-headers';
import { assertionsOf } from '../assertions/database';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { badRequest } from '../http/envelope';

/** One rule of a view: how requests map to where the value is stored. Parts in braces stand for any name. */
export interface ViewRule {
  request: string[];
  storage: string[];
  read: boolean;
  write: boolean;
}

/** A view of a schema, as requests name it. */
export interface ConfdbView {
  account: string;
  schema: string;
  name: string;
  rules: ViewRule[];
}

/** `account/schema/view`, the way texts and summaries write it. */
export const viewPath = ({ account, schema, name }: Omit<ConfdbView, 'rules'>): string =>
  `${account}/${schema}/${name}`;

/** @throws ApiError 400 assertion-not-found without the schema, option-not-available without the view (§1.4) */
export function findView(device: Device, about: Omit<ConfdbView, 'rules'>): ConfdbView {
  const { account, schema, name } = about;
  const headers = { 'account-id': account, name: schema };
  const [found] = assertionsOf(device).find({ type: 'confdb-schema', headers });
  if (!found) throw noSchema(account, schema);
  const views = (found.headers.views ?? {}) as AssertionHeaders;
  const view = views[name] as AssertionHeaders | undefined;
  if (!view) {
    const message = `cannot find view ${quote(name)} in confdb schema ${account}/${schema}`;
    throw badRequest(message, 'option-not-available', {});
  }
  return { ...about, rules: ((view.rules ?? []) as AssertionHeaders[]).map(toRule) };
}

function noSchema(account: string, name: string): Error {
  const message = `confdb-schema (${name}; account-id:${account}) not found`;
  const type = { Name: 'confdb-schema', PrimaryKey: ['account-id', 'name'], OptionalPrimaryKeyDefaults: null };
  return badRequest(message, 'assertion-not-found', { Type: type, Headers: { 'account-id': account, name } });
}

function toRule({ request, storage, access = 'read-write' }: AssertionHeaders): ViewRule {
  const stored = String(storage);
  return {
    request: String(request ?? stored).split('.'),
    storage: stored.split('.'),
    read: access !== 'write',
    write: access !== 'read',
  };
}
