import { silentLogger, type AgentLogger } from '@corefleet/apps/agent';
import { startSimulatedFleet } from '@corefleet/apps/simulator';

interface FleetSettings {
  readonly server: string;
  readonly enrolmentToken: string;
  readonly devices: number;
  /** Number of the first device, where other processes hold others. */
  readonly first?: number;
}

/** A command in an agent's hands: verified and journalled. Milliseconds since 1970, with fractions. */
export interface Arrival {
  readonly commandId: string;
  readonly at: number;
}

/**
 * The process with the devices: the agent's own code over simulated snapds whose tasks take no time. It notes when an
 * agent logs that it accepted a command, and hands the notes over when asked.
 */
export async function runFleet(settings: FleetSettings): Promise<void> {
  let arrivals: Arrival[] = [];
  const logger: AgentLogger = {
    ...silentLogger,
    info: (message, fields) => {
      const commandId = fields?.['commandId'];
      if (message !== 'Command accepted' || typeof commandId !== 'string') return;
      arrivals.push({ commandId, at: performance.timeOrigin + performance.now() });
    },
  };
  const fleet = await startSimulatedFleet({ ...settings, taskMs: 0, rebootMs: 1, logger });
  process.on('message', () => {
    process.send?.({ arrivals });
    arrivals = [];
  });
  process.once('SIGTERM', () => void fleet.stop().then(() => process.exit(0)));
  process.send?.({ ready: true });
}
