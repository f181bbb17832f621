export { readConfig, ConfigError } from './read-config';
export { artifactMaxBytes, artifactsDirectory, durationMs, port, storeSettings } from './settings';
