import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { enrol, generateIdentityKey, identityOf, type Identity } from '@corefleet/apps/agent';
import { ChallengeAnswer, linkAuthorization, linkProofText } from '@corefleet/contracts/device-protocol';

const ENROL_TIMEOUT_MS = 10_000;
const HANG_MS = 2_000;

/** A device of which there is nothing but its key. */
export interface BareDevice {
  readonly deviceId: string;
  readonly enrolmentId: string;
  readonly gatewayUrl: string;
  readonly identity: Identity;
}

export async function enrolBareDevice(server: string, token: string, serial: string): Promise<BareDevice> {
  const identity = identityOf(generateIdentityKey());
  const device = { brandId: 'acme', model: 'bare', serial };
  const request = { token, publicKey: identity.publicKey, agentVersion: '0.0.0', ...device };
  return { ...(await enrol(server, request, ENROL_TIMEOUT_MS)), identity };
}

/** Opens a link as the device's agent does, and greets. */
export async function openLink(device: BareDevice): Promise<DeviceSocket> {
  const { gatewayUrl, enrolmentId, identity } = device;
  const answer = await fetch(new URL('/v1/device/challenge', gatewayUrl), {
    method: 'POST',
    body: JSON.stringify({ enrolmentId }),
  });
  const { nonce } = ChallengeAnswer.parse(await answer.json());
  const signature = identity.sign(linkProofText(enrolmentId, nonce));
  const authorization = linkAuthorization({ enrolmentId, nonce, signature });
  const socket = new DeviceSocket(new WebSocket(linkUrl(gatewayUrl), { headers: { authorization } }));
  await socket.greet();
  return socket;
}

/** @returns the HTTP status with which the gateway answers an upgrade without that proof */
export function upgradeWithout(gatewayUrl: string): Promise<number> {
  const socket = new WebSocket(linkUrl(gatewayUrl), { handshakeTimeout: HANG_MS });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', reject);
  });
}

function linkUrl(gatewayUrl: string): URL {
  const url = new URL('/v1/device/link', gatewayUrl);
  url.protocol = 'ws:';
  return url;
}

/** One socket of a device. */
export class DeviceSocket {
  readonly frames: { type: string; reason?: string }[] = [];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;

  constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => this.frames.push(JSON.parse((data as Buffer).toString('utf8')) as { type: string }));
    this.closed = new Promise((resolve) => socket.on('close', resolve));
  }

  async greet(): Promise<void> {
    await new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
    const about = { agentVersion: '0.0.0', capabilities: [], lastSequence: 0, snapdState: 'reachable' };
    this.send(
      JSON.stringify({ type: 'hello', protocols: [1], journalId: randomUUID(), timeNonce: 'A'.repeat(32), ...about }),
    );
    for (let waited = 0; !this.frames.some(({ type }) => type === 'welcome'); waited += 10) {
      if (waited > HANG_MS) throw new Error(`cannot see a welcome: ${JSON.stringify(this.frames)}`);
      await sleep(10);
    }
  }

  send(data: string | Buffer): void {
    this.socket.send(data);
  }

  close(): void {
    this.socket.terminate();
  }
}
