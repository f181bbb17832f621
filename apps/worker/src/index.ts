export { WorkerConfig } from './config';
export { startWorker } from './start-worker';
export type { RunningWorker } from './start-worker';
