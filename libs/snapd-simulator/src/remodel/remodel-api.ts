import type { AssertionHeaders } from '../assertion-headers';
import { readAssertions } from '../assertions/database';
import type { Device } from '../device/device';
import { accepted, badRequest, type Reply } from '../http/envelope';
import { booleanField, decodeObject, stringField, type ApiRequest } from '../http/request';
import { startRemodel } from './remodel';

/** POST /v2/model */
export function postModel(device: Device, request: ApiRequest): Reply {
  const body = decodeObject(request, 'remodel operation');
  const text = stringField(body, 'new-model');
  if (decodedModel(text).type !== 'model') throw badRequest('new model is not a model assertion');
  return accepted(startRemodel(device, text, booleanField(body, 'offline')).id);
}

function decodedModel(text: string): AssertionHeaders {
  try {
    if (!text.includes('\n\n')) throw new Error('assertion content/signature separator not found');
    return readAssertions(text)[0]?.headers ?? {};
  } catch (cause) {
    throw badRequest(`cannot decode new model assertion: ${(cause as Error).message}`);
  }
}
