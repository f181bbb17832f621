import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AGENT_VERSION,
  Agent,
  enrol,
  generateIdentityKey,
  HttpStatusError,
  identityOf,
  memoryJournalStore,
  type AgentLogger,
  type AgentTimings,
} from '@corefleet/apps/agent';
import { SnapdAnswerTooLargeError, SnapdTimeoutError, SnapdUnreachableError } from '@corefleet/snapd-client';
import { type SimulatedSnapd, type SimulatedStore, type TransportErrors } from '@corefleet/snapd-simulator';
import { hostOfDevice } from './host-of-device';
import { identityOfDevice, simulatedDevice, simulatedStore, type WorldOptions } from './world';

export interface SimulatedFleetOptions extends WorldOptions {
  /** http(s) address of the API. */
  readonly server: string;
  readonly enrolmentToken: string;
  readonly devices: number;
  /** Number of the first device, 1 by default: fleets of several processes share one count. */
  readonly first?: number;
  readonly timings?: Partial<AgentTimings>;
  readonly logger?: AgentLogger;
}

export interface SimulatedFleet {
  readonly snapds: readonly SimulatedSnapd[];
  /** Ends every agent; resolves when all have. */
  stop(): Promise<void>;
}

const ENROL_TIMEOUT_MS = 30_000;
/** Enrolments under way at once: a whole fleet in one go would only wait in line. */
const ENROL_PARALLEL = 16;
/** A server that is short of something is asked again, a second later each time. */
const ENROL_TRIES = 5;

/** Errors that the agent's snapd client knows. */
const clientErrors: TransportErrors = {
  unreachable: (request, reason, mayHaveReachedSnapd) =>
    new SnapdUnreachableError(request, reason, mayHaveReachedSnapd),
  timeout: (request, timeoutMs, mayHaveReachedSnapd) => new SnapdTimeoutError(request, timeoutMs, mayHaveReachedSnapd),
  tooLarge: (request, maxBytes) => new SnapdAnswerTooLargeError(request, maxBytes),
};

/**
 * Enrols and runs the agent's own code over simulated snapds, all in this process. Journals are kept in memory: such a
 * device forgets everything when the process ends. Files on their way lie in a temporary folder for as long as it runs.
 */
export async function startSimulatedFleet(options: SimulatedFleetOptions): Promise<SimulatedFleet> {
  const store = simulatedStore();
  const files = await mkdtemp(path.join(tmpdir(), 'corefleet-simulator-'));
  const { devices, first = 1 } = options;
  const serials = Array.from({ length: devices }, (_, at) => `sim-${String(first + at).padStart(5, '0')}`);
  const running: { agent: Agent; snapd: SimulatedSnapd; ended: Promise<void> }[] = [];
  const next = serials.values();
  const enrolInTurn = async (): Promise<void> => {
    for (const serial of next) running.push(await startDevice(serial, store, files, options));
  };
  await Promise.all(Array.from({ length: ENROL_PARALLEL }, enrolInTurn));
  return {
    snapds: running.map(({ snapd }) => snapd),
    stop: async () => {
      for (const { agent } of running) agent.stop();
      await Promise.all(running.map(({ ended }) => ended));
      await rm(files, { recursive: true, force: true });
    },
  };
}

/** @throws what the last try threw; a refusal is the last */
async function enrolPatiently(server: string, request: Parameters<typeof enrol>[1]): ReturnType<typeof enrol> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await enrol(server, request, ENROL_TIMEOUT_MS);
    } catch (error) {
      const isRefusal = error instanceof HttpStatusError && error.status < 500;
      if (isRefusal || tried === ENROL_TRIES) throw error;
      await sleep(tried * 1_000);
    }
  }
}

async function startDevice(
  serial: string,
  store: SimulatedStore,
  files: string,
  options: SimulatedFleetOptions,
): Promise<{ agent: Agent; snapd: SimulatedSnapd; ended: Promise<void> }> {
  const identity = identityOf(generateIdentityKey());
  const device = identityOfDevice(serial);
  const { server, enrolmentToken: token, timings, logger } = options;
  const request = { ...device, token, publicKey: identity.publicKey, agentVersion: AGENT_VERSION };
  const enrolment = await enrolPatiently(server, request);
  const snapd = simulatedDevice(store, serial, options);
  const agent = new Agent({
    enrolment,
    identity,
    device,
    snapd: snapd.transport({ errors: clientErrors }),
    journal: memoryJournalStore(),
    readBootId: () => Promise.resolve(snapd.bootId()),
    readHost: () => Promise.resolve(hostOfDevice(serial)),
    artifactsDirectory: path.join(files, serial),
    ...(timings && { timings }),
    ...(logger && { logger }),
  });
  return { agent, snapd, ended: agent.run() };
}
