import { jsonLogger, silentLogger } from '@corefleet/apps/agent';
import { readConfig } from '@corefleet/platform/config';
import { runProcess } from '@corefleet/platform/process';
import { SimulatorConfig } from './config';
import { startSimulatedFleet } from './simulated-fleet';

runProcess('simulator', async () => {
  const config = readConfig(SimulatorConfig, process.env);
  const level = config.COREFLEET_LOG_LEVEL;
  const fleet = await startSimulatedFleet({
    server: config.COREFLEET_SERVER,
    enrolmentToken: config.COREFLEET_ENROLMENT_TOKEN,
    devices: config.COREFLEET_SIMULATED_DEVICES,
    taskMs: config.COREFLEET_SIMULATED_TASK_MS,
    rebootMs: config.COREFLEET_SIMULATED_REBOOT_MS,
    logger: level === 'silent' ? silentLogger : jsonLogger(level, (line) => process.stderr.write(line)),
  });
  return { close: () => fleet.stop() };
});
