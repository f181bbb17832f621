export { readConfig, ConfigError } from './read-config';
export { durationMs, port, storeSettings } from './settings';
