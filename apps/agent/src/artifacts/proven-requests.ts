import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { linkAuthorization, requestProofText, type EnrolAnswer } from '@corefleet/contracts/device-protocol';
import type { Identity } from '../identity/identity';
import { askNonce } from '../link/challenge';
import { gatewayAddress } from '../link/gateway-address';
import { HttpStatusError, retryAfterMsOf } from '../link/http-json';

/** Milliseconds without a byte either way before a transfer is given up: the server syncs a large file in that time too. */
const SILENCE_MS = 120_000;
const PROBLEM_BYTES = 2_000;

export interface ProvenRequestsOptions {
  readonly enrolment: EnrolAnswer;
  readonly identity: Identity;
  readonly connectTimeoutMs: number;
  /** Aborted when the agent stops; what is under way breaks off then. */
  readonly signal: AbortSignal;
}

/** Requests of the device to its gateway, each proven by its key over a nonce of its own. */
export class ProvenRequests {
  constructor(private readonly options: ProvenRequestsOptions) {}

  /**
   * Opens a request; the caller ends it, and must listen for its errors.
   * @param target path and query, from `/v1/device/` on
   * @throws HttpStatusError or an Error of the connection, when there is no nonce to be had
   */
  async open(method: 'GET' | 'POST', target: string, headers: Record<string, string>): Promise<ClientRequest> {
    const { enrolment, identity, connectTimeoutMs, signal } = this.options;
    const { enrolmentId, gatewayUrl } = enrolment;
    const nonce = await askNonce(enrolment, 'ask for a nonce', connectTimeoutMs, signal);
    const signature = identity.sign(requestProofText(enrolmentId, nonce, method, target));
    const authorization = linkAuthorization({ enrolmentId, nonce, signature });
    const url = gatewayAddress(gatewayUrl, target);
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const all = { ...headers, authorization, connection: 'close' };
    const request = start(url, { method, headers: all, timeout: SILENCE_MS, signal, agent: false });
    request.on('timeout', () => request.destroy(new Error(`nothing moved for ${SILENCE_MS} ms`)));
    return request;
  }
}

/** The answer to a request. @throws an Error of the connection */
export function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => void request.once('response', resolve).on('error', reject));
}

/** The whole body of a small answer, read no further than is needed to see that it is not small. */
export async function smallBody(answer: IncomingMessage, mostBytes = PROBLEM_BYTES): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const piece of answer as AsyncIterable<string>) {
    text += piece;
    if (text.length > mostBytes) break;
  }
  return text.slice(0, mostBytes);
}

/** @param what for the error: `cannot <what>: ...` */
export async function refusalOf(answer: IncomingMessage, what: string): Promise<HttpStatusError> {
  const retryAfterMs = retryAfterMsOf(answer.headers);
  return new HttpStatusError(what, answer.statusCode ?? 0, retryAfterMs, await smallBody(answer));
}
