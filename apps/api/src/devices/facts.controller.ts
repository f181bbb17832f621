import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  FactHistoryPage,
  FactHistoryQuery,
  FactList,
  FactParams,
  FactsQuery,
  IdParams,
} from '@corefleet/contracts/http';
import { DevicesService } from '@corefleet/features/devices';
import { HistoryReadModel, InventoryReadModel } from '@corefleet/features/inventory';
import { Requires } from '../access/declarations';
import { listPage } from '../http/cursor';

class IdParamsDto extends createZodDto(IdParams) {}
class FactParamsDto extends createZodDto(FactParams) {}
class FactsQueryDto extends createZodDto(FactsQuery) {}
class FactListDto extends createZodDto(FactList) {}
class FactHistoryQueryDto extends createZodDto(FactHistoryQuery) {}
class FactHistoryPageDto extends createZodDto(FactHistoryPage) {}

/** What devices show of themselves, now and then. */
@ApiTags('devices')
@Controller('v1/devices/:id/facts')
export class FactsController {
  constructor(
    private readonly devices: DevicesService,
    private readonly inventory: InventoryReadModel,
    private readonly pastFacts: HistoryReadModel,
  ) {}

  @Get()
  @Requires('viewer')
  @ZodResponse({ type: FactListDto })
  async list(@Param() { id }: IdParamsDto, @Query() { asOf }: FactsQueryDto) {
    await this.devices.get(id);
    return asOf ? this.pastFacts.factsAsOf(id, asOf) : { items: await this.inventory.facts(id) };
  }

  /** What became of one fact, newest first, with what was different each time. */
  @Get(':name/history')
  @Requires('viewer')
  @ZodResponse({ type: FactHistoryPageDto })
  async history(@Param() { id, name }: FactParamsDto, @Query() query: FactHistoryQueryDto) {
    await this.devices.get(id);
    return listPage(query, 'moment', (page) => this.pastFacts.history({ deviceId: id, name, ...page }));
  }
}
