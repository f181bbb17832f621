export { readConfig, ConfigError } from './read-config';
export { booleanSetting, durationMs, port, storeSettings } from './settings';
