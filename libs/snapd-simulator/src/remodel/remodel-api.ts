import type { AssertionHeaders } from '../assertion-headers';
import { readUploaded } from '../assertions/database';
import type { Device } from '../device/device';
import { accepted, badRequest, type Reply } from '../http/envelope';
import { quote } from '../go-text';
import { mediaType, readForm, type Form } from '../http/multipart';
import { booleanField, decodeObject, stringField, type ApiRequest } from '../http/request';
import { readSnapFile } from '../snap-files/read-snap';
import { signedRevision } from '../snaps/signed';
import { addAssertions } from '../systems/create-form';
import type { UploadedSnap } from './model-changes';
import { startRemodel } from './remodel';

/** POST /v2/model: as JSON, or as a form that brings the assertions and snaps of an offline remodel (§8.4). */
export function postModel(device: Device, request: ApiRequest): Reply {
  const type = mediaType(request);
  if (type === 'multipart/form-data') return remodelByForm(device, readForm(request));
  if (type !== '' && type !== 'application/json') throw badRequest(`unexpected media type ${quote(type)}`);
  const body = decodeObject(request, 'remodel operation');
  const source = { offline: booleanField(body, 'offline'), files: new Map() };
  return accepted(startRemodel(device, checked(stringField(body, 'new-model')), source).id);
}

function remodelByForm(device: Device, form: Form): Reply {
  const models = form.values.get('new-model') ?? [];
  if (models.length !== 1) throw badRequest(`one model assertion is expected (${models.length} found)`);
  const model = checked(models[0] ?? '');
  for (const text of form.values.get('assertion') ?? []) addAssertions(device, text);
  return accepted(startRemodel(device, model, { offline: true, files: uploadedFiles(device, form) }).id);
}

/** Uploaded snaps by name, where an assertion on the device tells their revision. */
function uploadedFiles(device: Device, form: Form): ReadonlyMap<string, UploadedSnap> {
  const found = form.files.flatMap(({ bytes, fileName }): [string, UploadedSnap][] => {
    const file = device.store.keepFile(bytes, readSnapFile);
    const revision = file && signedRevision(device, file);
    return file && revision !== undefined
      ? [[file.info.name, { file, revision, path: `/var/lib/snapd/snaps/${fileName}` }]]
      : [];
  });
  return new Map(found);
}

function checked(text: string): string {
  if (decodedModel(text).type !== 'model') throw badRequest('new model is not a model assertion');
  return text;
}

function decodedModel(text: string): AssertionHeaders {
  try {
    if (!text.includes('\n\n')) throw new Error('assertion content/signature separator not found');
    return readUploaded(text)[0]?.headers ?? {};
  } catch (cause) {
    throw badRequest(`cannot decode new model assertion: ${(cause as Error).message}`);
  }
}
