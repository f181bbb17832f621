import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ActRequest,
  LimitsView,
  SetFleetLimitsRequest,
  SetSiteLimitsRequest,
  SiteParams,
} from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import { LimitsService } from '@corefleet/features/rollouts';
import { Requires } from '../access/declarations';
import { CurrentActor } from '../access/parameters';

class ActRequestDto extends createZodDto(ActRequest) {}
class LimitsViewDto extends createZodDto(LimitsView) {}
class SetFleetLimitsRequestDto extends createZodDto(SetFleetLimitsRequest) {}
class SetSiteLimitsRequestDto extends createZodDto(SetSiteLimitsRequest) {}
class SiteParamsDto extends createZodDto(SiteParams) {}

/** Bounds over all rollouts together. */
@ApiTags('limits')
@Controller('v1/limits')
export class LimitsController {
  constructor(private readonly limits: LimitsService) {}

  @Get()
  @Requires('viewer')
  @ZodResponse({ type: LimitsViewDto })
  get() {
    return this.limits.get();
  }

  /** Bounds of the whole fleet; replaces all of them. */
  @Put()
  @Requires('admin')
  @ZodResponse({ status: 200, type: LimitsViewDto })
  setFleet(@CurrentActor() actor: Actor, @Body() { remark, ...limits }: SetFleetLimitsRequestDto) {
    return this.limits.setFleet({ actor, remark }, limits);
  }

  /** Bounds of one site; replaces all of them. */
  @Put('sites/:site')
  @Requires('operator')
  @ZodResponse({ status: 200, type: LimitsViewDto })
  setSite(
    @CurrentActor() actor: Actor,
    @Param() { site }: SiteParamsDto,
    @Body() { remark, ...limits }: SetSiteLimitsRequestDto,
  ) {
    return this.limits.setSite({ actor, remark }, site, limits);
  }

  /** The site is bound by the fleet's bounds alone. */
  @Delete('sites/:site')
  @Requires('operator')
  @HttpCode(204)
  async removeSite(
    @CurrentActor() actor: Actor,
    @Param() { site }: SiteParamsDto,
    @Body() { remark }: ActRequestDto,
  ): Promise<void> {
    await this.limits.removeSite({ actor, remark }, site);
  }
}
