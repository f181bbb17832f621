export { readConfig, ConfigError } from './read-config';
export { artifactMaxBytes, artifactsDirectory, durationMs, historyKeptDays, port, storeSettings } from './settings';
