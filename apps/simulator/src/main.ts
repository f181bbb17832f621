import { jsonLogger, silentLogger } from '@corefleet/apps/agent';
import { readConfig } from '@corefleet/platform/config';
import { runProcess } from '@corefleet/platform/process';
import { SimulatorConfig } from './config';
import { mintSimulatedBrand } from './mint-brand';
import { startSimulatedFleet } from './simulated-fleet';

const [act, directory] = process.argv.slice(2);
if (act === 'mint-brand' && directory !== undefined) mintSimulatedBrand(directory);
else runProcess('simulator', startFleet);

async function startFleet() {
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
}
