import { assertionsOf, readUploaded } from '../assertions/database';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { badRequest } from '../http/envelope';
import { readForm, type Form } from '../http/multipart';
import type { ApiRequest, JsonObject } from '../http/request';
import { readSnapFile } from '../snap-files/read-snap';
import { signedRevision } from '../snaps/signed';

/** The body of a create from a form: always offline, with the snaps and assertions that came along (§5.4). */
export function createBodyOf(device: Device, request: ApiRequest): JsonObject {
  const form = readForm(request);
  const [action, ...more] = form.values.get('action') ?? [];
  if (action === undefined || more.length > 0) throw badRequest('expected exactly one action in form');
  if (action !== 'create') {
    throw badRequest(`${action} action is not supported for content type multipart/form-data`);
  }
  const label = form.values.get('label') ?? [];
  if (label.length !== 1) throw badRequest('expected exactly one "label" value in form');
  const sets = atMostOne(form, 'validation-sets');
  for (const text of form.values.get('assertion') ?? []) addAssertions(device, text);
  const body = {
    action,
    label: label[0],
    'validation-sets': sets === undefined || sets === '' ? [] : sets.split(','),
    'test-system': switchOf(form, 'test-system'),
    'mark-default': switchOf(form, 'mark-default'),
    offline: true,
  };
  uploads.set(body, uploadedSnaps(device, form));
  return body;
}

/** Snaps that came along with the body of a form, by name. */
const uploads = new WeakMap<JsonObject, ReadonlyMap<string, number>>();

/** The revisions of the snaps in a form, by name; undefined for a body that came as JSON. */
export const uploadedWith = (body: JsonObject): ReadonlyMap<string, number> | undefined => uploads.get(body);

/** Files whose revision an assertion on the device tells; others are nothing a system could be made of. */
function uploadedSnaps(device: Device, form: Form): ReadonlyMap<string, number> {
  const found = form.files.flatMap(({ bytes }): [string, number][] => {
    const file = device.store.keepFile(bytes, readSnapFile);
    const revision = file && signedRevision(device, file);
    return file && revision !== undefined ? [[file.info.name, revision]] : [];
  });
  return new Map(found);
}

function atMostOne(form: Form, field: string): string | undefined {
  const values = form.values.get(field) ?? [];
  if (values.length > 1) throw badRequest(`expected at most one ${quote(field)} value in form`);
  return values[0];
}

function switchOf(form: Form, field: string): boolean {
  const text = atMostOne(form, field);
  if (text === undefined || /^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  throw badRequest(`cannot parse ${quote(field)} value as boolean: ${text}`);
}

/** Adds a stream of assertions that came in a form. @throws ApiError 400 `cannot decode assertion: …` */
export function addAssertions(device: Device, text: string): void {
  try {
    for (const assertion of readUploaded(text)) assertionsOf(device).add(assertion);
  } catch (cause) {
    throw badRequest(`cannot decode assertion: ${(cause as Error).message}`);
  }
}
