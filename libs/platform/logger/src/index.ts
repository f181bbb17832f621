export { createLogger, NestLogger } from './logger';
export type { Logger } from './logger';
