import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { systemClock } from '../clock';
import { generateIdentityKey, identityOf } from '../identity/identity';
import { silentLogger } from '../logger';
import { ENROLMENT_ID, TestSigner } from '../testing/signer';
import { greeting } from './greeting';
import { Link, type LinkEvents } from './link';

const HALF = 0.5;
const BACK_OFF = { firstMs: 1_000, longestMs: 300_000 };

interface Gateway {
  challenge(answer: ServerResponse): void;
  upgrade?(socket: Duplex): void;
  readonly bye?: { readonly reconnectAfterMs: number; readonly jitterMs: number };
}

const refuse = (answer: ServerResponse, status: number, headers = {}): void =>
  void answer.writeHead(status, headers).end('{}');
const giveNonce = (answer: ServerResponse): void => void answer.end('{"nonce":"n","expiresInMs":30000}');

/** How long the agent waits before it comes back to such a gateway, at a random of one half. */
async function waitAfter({ challenge, upgrade, bye }: Gateway): Promise<number> {
  const server = createServer((_request, answer) => challenge(answer)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (upgrade) return upgrade(socket);
    sockets.handleUpgrade(request, socket, head, (taken) =>
      taken.send(JSON.stringify({ type: 'bye', reason: 'draining', ...bye })),
    );
  });
  const gatewayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ids = { deviceId: ENROLMENT_ID, enrolmentId: ENROLMENT_ID };
  const waits: number[] = [];
  const link: Link = new Link(
    {
      enrolment: { ...ids, gatewayUrl, signingKeys: new TestSigner().pinned },
      identity: identityOf(generateIdentityKey()),
      backOff: BACK_OFF,
      refusedMs: 300_000,
      connectTimeoutMs: 5_000,
      clock: {
        ...systemClock,
        sleep: (ms) => {
          waits.push(ms);
          link.stop();
          return Promise.resolve();
        },
      },
      random: () => HALF,
      logger: silentLogger,
    },
    events,
  );
  await link.run();
  sockets.close();
  server.closeAllConnections();
  server.close();
  return waits[0] ?? Number.NaN;
}

const events: LinkEvents = {
  hello: (timeNonce) => greeting({ journalId: ENROLMENT_ID, lastSequence: 0, snapdState: 'reachable', timeNonce }),
  heartbeat: () => ({ type: 'heartbeat', snapdState: 'reachable' }),
  welcomed: () => undefined,
  beaten: () => undefined,
  time: () => undefined,
  nudged: () => undefined,
  commands: () => undefined,
  acknowledged: () => undefined,
  credited: () => undefined,
  stopped: () => undefined,
  closed: () => undefined,
};

const busyUpgrade = (socket: Duplex): void =>
  void socket.end('HTTP/1.1 503 Busy\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n');

it.each<[string, Gateway, number]>([
  [
    'that gives it a turn at the challenge: then, and up to half of it more',
    { challenge: (answer) => refuse(answer, 503, { 'retry-after': '40' }) },
    50_000,
  ],
  ['that gives it a turn at the upgrade: likewise', { challenge: giveNonce, upgrade: busyUpgrade }, 25_000],
  [
    'that leaves: as it said, spread over the jitter',
    { challenge: giveNonce, bye: { reconnectAfterMs: 500, jitterMs: 1_000 } },
    1_000,
  ],
  ['that fails without a word: by its own back-off', { challenge: (answer) => refuse(answer, 500) }, 750],
  ['that does not know it: much later', { challenge: (answer) => refuse(answer, 401) }, 375_000],
])('an agent comes back to a gateway %s', async (_what, gateway, ms) => {
  expect(await waitAfter(gateway)).toBe(ms);
});
