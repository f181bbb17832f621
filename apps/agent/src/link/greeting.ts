import { SPOKEN_PROTOCOLS, STANDING_PULL, type AgentFrame } from '@corefleet/contracts/device-protocol';
import { operations } from '@corefleet/operations';
import { AGENT_VERSION } from '../version';

type Hello = Extract<AgentFrame, { type: 'hello' }>;

/** The first frame of a link: what this agent is and can do, beside what is so just now. */
export function greeting(now: Omit<Hello, 'type' | 'protocols' | 'agentVersion' | 'capabilities'>): Hello {
  return {
    type: 'hello',
    protocols: [...SPOKEN_PROTOCOLS],
    agentVersion: AGENT_VERSION,
    capabilities: [STANDING_PULL, ...operations.map(({ name }) => `operation:${name}`)],
    ...now,
  };
}
