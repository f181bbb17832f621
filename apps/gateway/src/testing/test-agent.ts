import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { WebSocket, type RawData } from 'ws';
import { linkAuthorization, linkProofText, ServerFrame, type AgentFrame } from '@corefleet/contracts/device-protocol';

/** The key pair of one device, made as the agent makes it. */
export interface DeviceKey {
  readonly enrolmentId: string;
  readonly privateKey: KeyObject;
  /** raw, base64url */
  readonly publicKey: string;
}

export function aDeviceKey(): DeviceKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { enrolmentId: randomUUID(), privateKey, publicKey: publicKey.export({ format: 'jwk' }).x ?? '' };
}

/** The answer as it came, whatever its status. */
export const askForNonce = (url: string, enrolmentId: string): Promise<Response> =>
  fetch(`${url}/v1/device/challenge`, { method: 'POST', body: JSON.stringify({ enrolmentId }) });

export async function askNonce(url: string, enrolmentId: string): Promise<string> {
  const answer = await askForNonce(url, enrolmentId);
  const { nonce } = (await answer.json()) as { nonce: string };
  return nonce;
}

export function authorizationOf(key: DeviceKey, nonce: string): string {
  const signature = sign(null, Buffer.from(linkProofText(key.enrolmentId, nonce)), key.privateKey).toString(
    'base64url',
  );
  return linkAuthorization({ enrolmentId: key.enrolmentId, nonce, signature });
}

const linkUrl = (url: string): string => `${url.replace(/^http/, 'ws')}/v1/device/link`;

/** @returns the HTTP status of an upgrade that is not let through, 101 of one that is */
export const upgradeStatus = async (url: string, authorization?: string): Promise<number> =>
  (await upgradeAnswer(url, authorization)).status;

/** As above, with the headers of one that is not let through. */
export function upgradeAnswer(
  url: string,
  authorization?: string,
): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders }> {
  const socket = new WebSocket(linkUrl(url), { headers: authorization ? { authorization } : {} });
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.terminate();
      resolve({ status: 101, headers: {} });
    });
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    socket.on('error', reject);
  });
}

/** One end of a link that says what a test tells it and remembers what it hears. */
export class TestAgent {
  readonly heard: ServerFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: RawData) => this.heard.push(ServerFrame.parse(JSON.parse(String(data)))));
    socket.on('error', () => this.heard.length);
    this.closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
  }

  static async connect(url: string, key: DeviceKey): Promise<TestAgent> {
    const authorization = authorizationOf(key, await askNonce(url, key.enrolmentId));
    const agent = new TestAgent(new WebSocket(linkUrl(url), { headers: { authorization } }));
    await once(agent.socket, 'open');
    return agent;
  }

  /** Connected, greeted and welcomed. */
  static async join(
    url: string,
    key: DeviceKey,
    hello: Partial<Extract<AgentFrame, { type: 'hello' }>> = {},
  ): Promise<TestAgent> {
    const agent = await TestAgent.connect(url, key);
    agent.send(aHello(hello));
    await agent.hears('welcome');
    return agent;
  }

  send(frame: AgentFrame): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The first frame of the type, heard already or to come. */
  async hears<T extends ServerFrame['type']>(type: T, withinMs = 5_000): Promise<Extract<ServerFrame, { type: T }>> {
    const isIt = (frame: ServerFrame): frame is Extract<ServerFrame, { type: T }> => frame.type === type;
    const until = Date.now() + withinMs;
    for (;;) {
      const found = this.heard.find(isIt);
      if (found) return found;
      if (Date.now() > until)
        throw new Error(`cannot hear ${type}: heard ${this.heard.map((frame) => frame.type).join(', ') || 'nothing'}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  forget(): void {
    this.heard.length = 0;
  }

  leave(): void {
    this.socket.terminate();
  }
}

export const aHello = (
  said: Partial<Extract<AgentFrame, { type: 'hello' }>> = {},
): Extract<AgentFrame, { type: 'hello' }> => ({
  type: 'hello',
  protocols: [1],
  agentVersion: '0.1.0',
  capabilities: [],
  journalId: '0190f0f0-0000-7000-8000-000000000001',
  lastSequence: 0,
  bootId: 'boot-1',
  snapdState: 'reachable',
  timeNonce: 'nonce-of-hello',
  ...said,
});
