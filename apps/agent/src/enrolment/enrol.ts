import { EnrolAnswer, type EnrolRequest } from '@corefleet/contracts/device-protocol';
import { postJson } from '../link/http-json';

/**
 * Enrols a key. Asking again with the same key and token gives the same answer.
 * @param server http(s) address of the API
 * @throws HttpStatusError when the server refuses, or an Error of the connection or of an answer that is none
 */
export async function enrol(
  server: string,
  request: EnrolRequest,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<EnrolAnswer> {
  const url = new URL('v1/device/enrol', server.endsWith('/') ? server : `${server}/`);
  return EnrolAnswer.parse(await postJson(url, request, 'enrol', timeoutMs, signal));
}
