import { randomUUID, sign } from 'node:crypto';
import { WebSocket } from 'ws';
import {
  ChallengeAnswer,
  linkAuthorization,
  linkProofText,
  SPOKEN_PROTOCOLS,
} from '@corefleet/contracts/device-protocol';
import type { Talker } from './enrol-talkers';

/**
 * Opens a link as the device's agent does, greets and is welcomed.
 * @param journalId what was said over links with the same one belongs together
 * @throws Error when the gateway is not there, does not admit the link now or ends it
 */
export async function openTalkerLink(gatewayUrl: string, talker: Talker, journalId: string): Promise<WebSocket> {
  const { enrolmentId, privateKey } = talker;
  const answer = await fetch(new URL('/v1/device/challenge', gatewayUrl), {
    method: 'POST',
    body: JSON.stringify({ enrolmentId }),
  });
  const { nonce } = ChallengeAnswer.parse(await answer.json());
  const signature = sign(null, Buffer.from(linkProofText(enrolmentId, nonce)), privateKey).toString('base64url');
  const url = new URL('/v1/device/link', gatewayUrl);
  url.protocol = 'ws:';
  const headers = { authorization: linkAuthorization({ enrolmentId, nonce, signature }) };
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  await new Promise((resolve, reject) => {
    socket.once('open', () => socket.send(hello(journalId)));
    socket.once('message', resolve);
    socket.once('error', reject);
    socket.once('close', (code) => reject(new Error(`cannot open a link: it was closed with ${code}`)));
  });
  socket.removeAllListeners();
  return socket.on('error', () => socket.terminate());
}

const hello = (journalId: string): string =>
  JSON.stringify({
    type: 'hello',
    protocols: SPOKEN_PROTOCOLS,
    agentVersion: '0.0.0',
    capabilities: [],
    journalId,
    lastSequence: 0,
    snapdState: 'reachable',
    timeNonce: randomUUID(),
  });
