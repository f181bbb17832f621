import './lean-memory';
import { readAgentConfig, type AgentConfig } from './config/agent-config';
import { runAgentProcess } from './agent-process';
import { jsonLogger, messageOf } from './logger';

/** Exit status for a configuration that no restart will mend (sysexits.h EX_CONFIG). */
const BAD_CONFIGURATION = 78;

function start(config: AgentConfig): void {
  const logger = jsonLogger(config.logLevel, (line) => process.stdout.write(line));
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  runAgentProcess(config, logger, stopping.signal).then(
    () => logger.info('Stopped'),
    (error: unknown) => {
      logger.error('The agent failed', { error: messageOf(error) });
      process.exitCode = 1;
      stopping.abort();
    },
  );
}

try {
  start(readAgentConfig(process.env));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = BAD_CONFIGURATION;
}
