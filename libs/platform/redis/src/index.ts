export { RedisConnections } from './redis-connections';
export { RedisModule } from './redis.module';
export { Bus } from './bus';
export { EventFeed } from './event-feed';
export { EventLog } from './event-log';
export type { FleetEvent, LogEntry } from './event-log';
export type { StreamCredit, StreamPiece } from './bus';
export { Presence } from './presence';
