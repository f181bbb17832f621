export { runProcess } from './run-process';
export type { Running } from './run-process';
