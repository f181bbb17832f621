export { ApiConfig } from './config';
export { startApi } from './start-api';
export type { RunningApi } from './start-api';
