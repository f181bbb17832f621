import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { ActRequest, IdParams, RolloutView } from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import { RolloutSteering } from '@corefleet/features/rollouts';
import { Requires } from '../access/declarations';
import { CurrentActor } from '../access/parameters';

class IdParamsDto extends createZodDto(IdParams) {}
class ActRequestDto extends createZodDto(ActRequest) {}
class RolloutViewDto extends createZodDto(RolloutView) {}

@ApiTags('rollouts')
@Controller('v1/rollouts')
export class RolloutActsController {
  constructor(private readonly steering: RolloutSteering) {}

  /** Starts no further device; commands already given go on. */
  @Post(':id/pause')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  pause(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.steering.pause({ actor, id, remark });
  }

  /** Goes on in spite of what the gates have seen so far; ends a soak, or a wait for devices that are away. */
  @Post(':id/continue')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  continue(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.steering.continue({ actor, id, remark });
  }

  /** Leaves the devices of the wave out that have no command yet. */
  @Post(':id/skip-wave')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  skipWave(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.steering.skipWave({ actor, id, remark });
  }

  /** Ends the rollout and takes back what no device has accepted. */
  @Post(':id/stop')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  stop(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.steering.stop({ actor, id, remark });
  }

  /** Takes the devices that were changed back to what they had. */
  @Post(':id/roll-back')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  rollBack(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.steering.rollBack({ actor, id, remark });
  }

  /** Gives each device that failed another attempt. */
  @Post(':id/retry-failed')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  retryFailed(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.steering.retryFailed({ actor, id, remark });
  }
}
