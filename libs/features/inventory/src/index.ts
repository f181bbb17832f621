export { InventoryModule } from './inventory.module';
export { InventoryIngest } from './inventory-ingest.service';
export { InventoryReadModel } from './inventory.read-model';
export type { FactView } from './inventory.read-model';
export { enrolledAsOf, enrolmentsAsOf, factsAsOf, setsAsOf, snapsAsOf } from './as-of';
export { HistoryReadModel } from './history.read-model';
