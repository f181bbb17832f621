export { RedisConnections } from './redis-connections';
export { RedisModule } from './redis.module';
export { Bus } from './bus';
export type { FleetEvent } from './bus';
export { Presence } from './presence';
