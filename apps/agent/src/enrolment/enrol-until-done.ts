import type { EnrolAnswer } from '@corefleet/contracts/device-protocol';
import type { AgentClock } from '../clock';
import type { DeviceIdentity } from '../identity/device-identity';
import type { Identity } from '../identity/identity';
import { backOffMs } from '../link/back-off';
import { HttpStatusError } from '../link/http-json';
import { messageOf, type AgentLogger } from '../logger';
import type { AgentTimings } from '../timings';
import { AGENT_VERSION } from '../version';
import { enrol } from './enrol';

export interface EnrolmentAttempt {
  readonly server: string;
  readonly token: string;
  readonly identity: Identity;
  readonly device: DeviceIdentity;
  readonly timings: Pick<AgentTimings, 'linkBackOff' | 'refusedMs' | 'connectTimeoutMs'>;
  readonly clock: AgentClock;
  readonly random: () => number;
  readonly logger: AgentLogger;
  readonly signal: AbortSignal;
}

/** Asks until the device is enrolled. @returns undefined when `signal` was aborted before */
export async function enrolUntilDone(attempt: EnrolmentAttempt): Promise<EnrolAnswer | undefined> {
  const { server, token, identity, device, timings, clock, random, logger, signal } = attempt;
  const request = { token, publicKey: identity.publicKey, ...device, agentVersion: AGENT_VERSION };
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await enrol(server, request, timings.connectTimeoutMs, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      const refused =
        error instanceof HttpStatusError && error.status >= 400 && error.status < 500 && error.status !== 429;
      const directedMs = error instanceof HttpStatusError ? error.retryAfterMs : undefined;
      const againMs = refused ? timings.refusedMs : backOffMs(failures, timings.linkBackOff, random());
      const fields = { server, error: messageOf(error), waitMs: directedMs ?? againMs };
      if (refused) logger.error('The server refuses to enrol this device', fields);
      else logger.warn('Cannot enrol yet', fields);
      await clock.sleep(directedMs ?? againMs, signal);
    }
  }
  return undefined;
}
