import { Module } from '@nestjs/common';
import { HistoryReadModel } from './history.read-model';
import { InventoryIngest } from './inventory-ingest.service';
import { InventoryReadModel } from './inventory.read-model';

/** What devices show of themselves: the one writer of device_facts. */
@Module({
  providers: [InventoryIngest, InventoryReadModel, HistoryReadModel],
  exports: [InventoryIngest, InventoryReadModel, HistoryReadModel],
})
export class InventoryModule {}
