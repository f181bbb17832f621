import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { CompliancePage, ComplianceQuery, DeviceSetList, IdParams, SetParams } from '@corefleet/contracts/http';
import { ComplianceReadModel } from '@corefleet/features/validation-sets';
import { Requires } from '../access/declarations';
import { listPage } from '../http/cursor';

class SetParamsDto extends createZodDto(SetParams) {}
class IdParamsDto extends createZodDto(IdParams) {}
class ComplianceQueryDto extends createZodDto(ComplianceQuery) {}
class CompliancePageDto extends createZodDto(CompliancePage) {}
class DeviceSetListDto extends createZodDto(DeviceSetList) {}

/** How devices stand to validation sets, by what they last said. */
@ApiTags('validation-sets')
@Controller('v1')
export class ComplianceController {
  constructor(private readonly compliance: ComplianceReadModel) {}

  /** Enrolled devices and whether they are as the set wants them, with the reasons where not. */
  @Get('validation-sets/:account/:name/compliance')
  @Requires('viewer')
  @ZodResponse({ type: CompliancePageDto })
  ofSet(@Param() { account, name }: SetParamsDto, @Query() query: ComplianceQueryDto) {
    return listPage(query, 'uuid', (asked) => this.compliance.ofSet({ accountId: account, name }, asked));
  }

  /** The sets that a device tracks, and those it was told to track or to forget. */
  @Get('devices/:id/validation-sets')
  @Requires('viewer')
  @ZodResponse({ type: DeviceSetListDto })
  async ofDevice(@Param() { id }: IdParamsDto) {
    return { items: await this.compliance.ofDevice(id) };
  }
}
