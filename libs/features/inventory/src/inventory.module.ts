import { Module } from '@nestjs/common';
import { InventoryIngest } from './inventory-ingest.service';
import { InventoryReadModel } from './inventory.read-model';

/** What devices show of themselves: the one writer of device_facts. */
@Module({ providers: [InventoryIngest, InventoryReadModel], exports: [InventoryIngest, InventoryReadModel] })
export class InventoryModule {}
