export { readConfig, ConfigError } from './read-config';
export {
  artifactMaxBytes,
  artifactsDirectory,
  changesKeptDays,
  durationMs,
  historyKeptDays,
  port,
  storeSettings,
} from './settings';
