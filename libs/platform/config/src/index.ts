export { readConfig, ConfigError } from './read-config';
export {
  artifactMaxBytes,
  artifactsDirectory,
  changesKeptDays,
  durationMs,
  historyKeptDays,
  metricsSettings,
  port,
  storeSettings,
  tracingSettings,
} from './settings';
