export { WorkerConfig } from './config';
export { startWorker } from './start-worker';
