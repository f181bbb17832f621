import { ChallengeAnswer, type EnrolAnswer } from '@corefleet/contracts/device-protocol';
import { gatewayAddress } from './gateway-address';
import { postJson } from './http-json';

/**
 * Asks the gateway for a nonce that one upgrade or request can be proven with.
 * @param what for the error: `cannot <what>: ...`
 * @throws HttpStatusError, or an Error of the connection
 */
export async function askNonce(
  { enrolmentId, gatewayUrl }: EnrolAnswer,
  what: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string> {
  const url = gatewayAddress(gatewayUrl, 'v1/device/challenge');
  return ChallengeAnswer.parse(await postJson(url, { enrolmentId }, what, timeoutMs, signal)).nonce;
}
