import { benchAgentFiles } from './agent-files/bench-agent-files';
import { benchAudit } from './audit/bench-audit';
import { readConfig } from '@corefleet/platform/config';
import { benchClient } from './client/bench-client';
import { runStandIn } from './client/snapd-stand-in';
import { runTransfer } from './client/transfer';
import { benchGateway } from './gateway/bench-gateway';
import { benchIngest } from './ingest/bench-ingest';
import { runTellingAgents } from './ingest/telling-agents';
import { benchLists } from './lists/bench-lists';
import { benchPlan } from './plan/bench-plan';
import { runPlanWork } from './plan/plan-work';
import { BenchConfig } from './process/settings';
import { benchReports } from './reports/bench-reports';
import { benchRoad } from './road/bench-road';
import { runBullmqWorker } from './road/bullmq-baseline';
import { runEchoClients, runEchoServer } from './road/echo-baseline';
import { runFleet } from './road/fleet-role';
import { benchRollout } from './rollout/bench-rollout';
import { benchSimulator } from './simulator/bench-simulator';
import { runSimulatorFleet } from './simulator/simulator-fleet';

/** The first argument says which benchmark, or which process of one, this is. */
const roles: Record<string, (settings: never) => void | Promise<void>> = {
  ingest: () => benchIngest(readConfig(BenchConfig, process.env)),
  'telling-agents': runTellingAgents,
  'agent-files': () => benchAgentFiles(readConfig(BenchConfig, process.env)),
  lists: (settings: { devices?: number }) => benchLists(readConfig(BenchConfig, process.env), settings),
  reports: (settings: { devices?: number }) => benchReports(readConfig(BenchConfig, process.env), settings),
  audit: (settings: { entries?: number }) => benchAudit(readConfig(BenchConfig, process.env), settings),
  road: () => benchRoad(readConfig(BenchConfig, process.env)),
  rollout: () => benchRollout(readConfig(BenchConfig, process.env)),
  gateway: () => benchGateway(readConfig(BenchConfig, process.env)),
  'bullmq-worker': runBullmqWorker,
  'echo-server': runEchoServer,
  'echo-clients': runEchoClients,
  fleet: runFleet,
  client: benchClient,
  'snapd-stand-in': runStandIn,
  'client-transfer': runTransfer,
  plan: () => benchPlan(readConfig(BenchConfig, process.env)),
  'plan-work': runPlanWork,
  simulator: benchSimulator,
  'simulator-fleet': runSimulatorFleet,
};

const [role = '', settings = '{}'] = process.argv.slice(2);

Promise.resolve(roles[role]?.(JSON.parse(settings) as never)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
