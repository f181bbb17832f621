export { Database } from './database';
export type { Transaction } from './database';
export { DatabaseModule } from './database.module';
export { Prisma } from './generated/client';
export { bulk, bulkIds, bulkRows } from './bulk';
export { keepHistoryPartitions } from './history';
export type { KeptPartitions } from './history';
