import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ChangeHistoryPage,
  ChangeHistoryQuery,
  ChangePage,
  ChangeParams,
  ChangesQuery,
  ChangeView,
  IdParams,
  NoticeList,
  PageQuery,
  QuarantinePage,
} from '@corefleet/contracts/http';
import { ChangeHistory, ChangesReadModel } from '@corefleet/features/changes';
import { DevicesService } from '@corefleet/features/devices';
import { NotFoundError } from '@corefleet/platform/errors';
import { Requires } from '../access/declarations';

class IdParamsDto extends createZodDto(IdParams) {}
class ChangeParamsDto extends createZodDto(ChangeParams) {}
class ChangesQueryDto extends createZodDto(ChangesQuery) {}
class ChangePageDto extends createZodDto(ChangePage) {}
class ChangeViewDto extends createZodDto(ChangeView) {}
class ChangeHistoryQueryDto extends createZodDto(ChangeHistoryQuery) {}
class ChangeHistoryPageDto extends createZodDto(ChangeHistoryPage) {}
class PageQueryDto extends createZodDto(PageQuery) {}
class QuarantinePageDto extends createZodDto(QuarantinePage) {}
class NoticeListDto extends createZodDto(NoticeList) {}

/** What snapd on the device did, as it said so. */
@ApiTags('changes')
@Controller('v1/devices/:id')
export class ChangesController {
  constructor(
    private readonly devices: DevicesService,
    private readonly changes: ChangesReadModel,
    private readonly history: ChangeHistory,
  ) {}

  @Get('changes')
  @Requires('viewer')
  @ZodResponse({ type: ChangePageDto })
  async list(@Param() { id: deviceId }: IdParamsDto, @Query() query: ChangesQueryDto) {
    await this.devices.get(deviceId);
    return this.changes.list({ deviceId, ...query });
  }

  @Get('changes/:changeId')
  @Requires('viewer')
  @ZodResponse({ type: ChangeViewDto })
  async get(@Param() { id, changeId }: ChangeParamsDto) {
    await this.devices.get(id);
    const change = await this.changes.get(id, changeId);
    if (change === undefined) throw new NotFoundError('change', changeId);
    return change;
  }

  /** Also of changes that are kept no more. */
  @Get('change-history')
  @Requires('viewer')
  @ZodResponse({ type: ChangeHistoryPageDto })
  async moments(@Param() { id: deviceId }: IdParamsDto, @Query() query: ChangeHistoryQueryDto) {
    await this.devices.get(deviceId);
    return this.history.list({ deviceId, ...query });
  }

  /** What the device said and the server could not keep as what it claims to be, with the reason. */
  @Get('quarantine')
  @Requires('viewer')
  @ZodResponse({ type: QuarantinePageDto })
  async quarantined(@Param() { id: deviceId }: IdParamsDto, @Query() query: PageQueryDto) {
    await this.devices.get(deviceId);
    return this.history.quarantined({ deviceId, ...query });
  }

  @Get('notices')
  @Requires('viewer')
  @ZodResponse({ type: NoticeListDto })
  async notices(@Param() { id }: IdParamsDto) {
    await this.devices.get(id);
    return { items: await this.changes.notices(id) };
  }
}
