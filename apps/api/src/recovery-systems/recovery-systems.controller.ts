import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  DeviceRecoveryPage,
  IdParams,
  RecoveryQuery,
  RecoverySummary,
  RecoverySummaryQuery,
  RecoverySystemList,
  RecoverySystemsQuery,
} from '@corefleet/contracts/http';
import { RecoverySystemsReadModel } from '@corefleet/features/recovery-systems';
import { Requires } from '../access/declarations';
import { listPage } from '../http/cursor';

class IdParamsDto extends createZodDto(IdParams) {}
class RecoveryQueryDto extends createZodDto(RecoveryQuery) {}
class RecoverySummaryQueryDto extends createZodDto(RecoverySummaryQuery) {}
class RecoverySystemsQueryDto extends createZodDto(RecoverySystemsQuery) {}
class DeviceRecoveryPageDto extends createZodDto(DeviceRecoveryPage) {}
class RecoverySummaryDto extends createZodDto(RecoverySummary) {}
class RecoverySystemListDto extends createZodDto(RecoverySystemList) {}

/** Which recovery systems devices have, whose they are, and how far what runs is past them. */
@ApiTags('recovery-systems')
@Controller('v1')
export class RecoverySystemsController {
  constructor(private readonly reads: RecoverySystemsReadModel) {}

  /** Devices by what they would recover to. */
  @Get('recovery-systems')
  @Requires('viewer')
  @ZodResponse({ type: DeviceRecoveryPageDto })
  list(@Query() query: RecoveryQueryDto) {
    return listPage(query, 'uuid', (page) => this.reads.list(page));
  }

  /** How many devices are fresh, stale, untested and without a default. Looks at every device that the filter means. */
  @Get('recovery-systems/summary')
  @Requires('viewer')
  @ZodResponse({ type: RecoverySummaryDto })
  summary(@Query() { filter }: RecoverySummaryQueryDto) {
    return this.reads.summary(filter ?? '');
  }

  @Get('devices/:id/recovery-systems')
  @Requires('viewer')
  @ZodResponse({ type: RecoverySystemListDto })
  ofDevice(@Param() { id }: IdParamsDto, @Query() query: RecoverySystemsQueryDto) {
    return this.reads.ofDevice(id, query);
  }
}
