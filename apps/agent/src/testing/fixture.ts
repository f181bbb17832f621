import {
  SnapdAnswerTooLargeError,
  SnapdTimeoutError,
  SnapdUnreachableError,
  type SnapdTransport,
} from '@corefleet/snapd-client';
import { realClock, SimulatedSnapd, SimulatedStore, type SimulatedSnapdOptions } from '@corefleet/snapd-simulator';
import { Agent, type AgentOptions } from '../agent';
import { generateIdentityKey, identityOf } from '../identity/identity';
import { memoryJournalStore, type JournalStore } from '../journal/journal-store';
import { anEnvelope, DEVICE, ENROLMENT_ID, TestSigner } from './signer';
import { TestGateway } from './test-gateway';

const QUICK = {
  linkBackOff: { firstMs: 5, longestMs: 20 },
  requestTimeoutMs: 100,
  retry: { firstMs: 10, longestMs: 50 },
  settle: { firstMs: 5, longestMs: 20 },
  poll: { firstMs: 5, longestMs: 20 },
  noticesBackOff: { firstMs: 5, longestMs: 20 },
  factsGatherMs: 5,
};

const MODEL = `type: model
authority-id: acme
series: 16
brand-id: acme
model: edge
architecture: amd64
base: core24
grade: signed
timestamp: 2026-01-01T00:00:00Z
sign-key-sha3-384: x

YQ==
`;

/** A device with two snaps from a store that has a newer one and two sequences of `acme/base`. */
export function aSnapd(options: Partial<SimulatedSnapdOptions> = {}): SimulatedSnapd {
  const store = new SimulatedStore();
  const revisions = [{ revision: 1 }, { revision: 2 }];
  store.addSnap({ name: 'app', services: [{ name: 'daemon' }], revisions, channels: { stable: 1, edge: 2 } });
  store.addSnap({ name: 'other', revisions: [{ revision: 5 }], channels: { stable: 5 } });
  for (const sequence of [1, 2])
    store.addValidationSet({ accountId: 'acme', name: 'base', sequence, snaps: [{ name: 'app', revision: sequence }] });
  return new SimulatedSnapd({
    store,
    clock: realClock,
    model: MODEL,
    snaps: [{ name: 'app' }, { name: 'other' }],
    ...options,
  });
}

/** The simulated device's transport, with the errors of the snapd client. */
export function transportOf(snapd: SimulatedSnapd): SnapdTransport {
  return snapd.transport({
    errors: {
      unreachable: (request, reason, mayHave) => new SnapdUnreachableError(request, reason, mayHave),
      timeout: (request, timeoutMs, mayHave) => new SnapdTimeoutError(request, timeoutMs, mayHave),
      tooLarge: (request, maxBytes) => new SnapdAnswerTooLargeError(request, maxBytes),
    },
  });
}

/** A gateway, the agents started against it, and their devices. */
export class Fixture {
  private readonly agents: { agent: Agent; ended: Promise<void> }[] = [];
  private readonly snapds = new Set<SimulatedSnapd>();
  private sequence = 0;

  private constructor(
    readonly signer: TestSigner,
    readonly gateway: TestGateway,
  ) {}

  static async start(): Promise<Fixture> {
    const signer = new TestSigner();
    return new Fixture(signer, await TestGateway.start({ signer }));
  }

  startAgent(
    snapd: SimulatedSnapd,
    journal: JournalStore = memoryJournalStore(),
    more: Partial<AgentOptions> = {},
  ): Agent {
    const { gateway, signer } = this;
    const ids = { deviceId: ENROLMENT_ID, enrolmentId: ENROLMENT_ID };
    const agent = new Agent({
      enrolment: { ...ids, gatewayUrl: gateway.url, signingKeys: signer.pinned },
      identity: identityOf(generateIdentityKey()),
      device: DEVICE,
      snapd: transportOf(snapd),
      journal,
      readBootId: () => Promise.resolve(snapd.bootId()),
      readHost: () => Promise.resolve({ timeZone: 'Asia/Kathmandu', disk: { free: 3_000, total: 4_000 } }),
      ...more,
      timings: { ...QUICK, ...more.timings },
    });
    this.snapds.add(snapd);
    this.agents.push({ agent, ended: agent.run() });
    return agent;
  }

  /** Orders an operation. @returns the command's id */
  issue(operation: string, body: Record<string, unknown>, fields: Parameters<typeof anEnvelope>[0] = {}): string {
    this.sequence += 1;
    const envelope = anEnvelope({ 'message-kind': operation, body, sequence: this.sequence, ...fields });
    this.gateway.issue(this.signer.command(envelope));
    return envelope['message-id'];
  }

  async stopAgents(): Promise<void> {
    for (const { agent } of this.agents) agent.stop();
    await Promise.all(this.agents.splice(0).map(({ ended }) => ended));
  }

  /** Stops agents whose journal never answers again. */
  abandonAgents(): void {
    for (const { agent } of this.agents.splice(0)) agent.stop();
  }

  async close(): Promise<void> {
    await this.stopAgents();
    await this.gateway.close();
    await Promise.all([...this.snapds].map((snapd) => snapd.dispose()));
  }
}
