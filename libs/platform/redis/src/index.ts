export { RedisConnections } from './redis-connections';
export { RedisModule } from './redis.module';
export { Bus } from './bus';
export type { FleetEvent, StreamCredit, StreamPiece } from './bus';
export { Presence } from './presence';
