import { sign } from 'node:crypto';
import { request as httpRequest, type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import { linkAuthorization, requestProofText } from '@corefleet/contracts/device-protocol';
import { askNonce, type DeviceKey } from './test-agent';

/** The `Authorization` of one request, over a nonce asked for now. */
export async function proofOf(url: string, key: DeviceKey, method: string, target: string): Promise<string> {
  return proofOver(await askNonce(url, key.enrolmentId), key, method, target);
}

export function proofOver(nonce: string, key: DeviceKey, method: string, target: string): string {
  const text = Buffer.from(requestProofText(key.enrolmentId, nonce, method, target));
  const signature = sign(null, text, key.privateKey).toString('base64url');
  return linkAuthorization({ enrolmentId: key.enrolmentId, nonce, signature });
}

export interface DeviceAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** Of a problem, or a reference. */
  readonly json: Record<string, unknown>;
}

/** A request as an agent makes it, which the caller ends. */
export function openRequest(
  url: string,
  method: string,
  target: string,
  headers: Record<string, string>,
): { readonly request: ClientRequest; readonly answer: Promise<DeviceAnswer> } {
  const request = httpRequest(url + target, { method, headers, agent: false });
  const answer = new Promise<DeviceAnswer>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(pieces);
        const isJson = /json/.test(response.headers['content-type'] ?? '');
        const json = isJson ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : {};
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, json });
      });
    });
  });
  answer.catch(() => undefined); // a test that cuts it does not wait for it
  return { request, answer };
}

/** Asks for a file, proven for this very request. */
export async function fetchFile(
  url: string,
  key: DeviceKey,
  sha256: string,
  headers: Record<string, string> = {},
): Promise<DeviceAnswer> {
  const target = `/v1/device/artifacts/${sha256}`;
  const authorization = await proofOf(url, key, 'GET', target);
  const { request, answer } = openRequest(url, 'GET', target, { ...headers, authorization });
  request.end();
  return answer;
}

/** Stores a file, proven for this very request. */
export async function storeFile(
  url: string,
  key: DeviceKey,
  commandId: string,
  bytes: Buffer,
  name = 'set-3.zip',
): Promise<DeviceAnswer> {
  const target = `/v1/device/artifacts?command=${commandId}&name=${encodeURIComponent(name)}`;
  const authorization = await proofOf(url, key, 'POST', target);
  const { request, answer } = openRequest(url, 'POST', target, { authorization });
  request.end(bytes);
  return answer;
}
