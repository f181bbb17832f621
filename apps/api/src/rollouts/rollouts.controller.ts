import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ActRequest,
  CreateRolloutRequest,
  IdParams,
  PageQuery,
  RolloutPage,
  RolloutView,
  TargetPage,
  TargetsQuery,
} from '@corefleet/contracts/http';
import type { ArtifactReader } from '@corefleet/features/artifacts';
import type { Actor } from '@corefleet/features/audit';
import { RolloutsReadModel, RolloutsService } from '@corefleet/features/rollouts';
import { Requires } from '../access/declarations';
import { CurrentActor, CurrentReader, IdempotencyKey } from '../access/parameters';
import { listPage } from '../http/cursor';

class IdParamsDto extends createZodDto(IdParams) {}
class PageQueryDto extends createZodDto(PageQuery) {}
class CreateRolloutRequestDto extends createZodDto(CreateRolloutRequest) {}
class RolloutPageDto extends createZodDto(RolloutPage) {}
class RolloutViewDto extends createZodDto(RolloutView) {}
class TargetsQueryDto extends createZodDto(TargetsQuery) {}
class TargetPageDto extends createZodDto(TargetPage) {}
class ActRequestDto extends createZodDto(ActRequest) {}

@ApiTags('rollouts')
@Controller('v1/rollouts')
export class RolloutsController {
  constructor(
    private readonly rollouts: RolloutsService,
    private readonly reads: RolloutsReadModel,
  ) {}

  /** Makes the rollout for the devices the filter means now, and starts it. */
  @Post()
  @Requires('operator')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again is the same request' })
  @ZodResponse({ status: 201, type: RolloutViewDto })
  create(
    @CurrentReader() orderer: ArtifactReader,
    @Body() request: CreateRolloutRequestDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ) {
    return this.rollouts.create(orderer, { ...request, idempotencyKey });
  }

  @Get()
  @Requires('viewer')
  @ZodResponse({ type: RolloutPageDto })
  list(@Query() query: PageQueryDto) {
    return listPage(query, 'uuid', (page) => this.reads.list(page));
  }

  @Get(':id')
  @Requires('viewer')
  @ZodResponse({ type: RolloutViewDto })
  get(@Param() { id }: IdParamsDto) {
    return this.reads.get(id);
  }

  @Get(':id/targets')
  @Requires('viewer')
  @ZodResponse({ type: TargetPageDto })
  async targets(@Param() { id }: IdParamsDto, @Query() query: TargetsQueryDto) {
    await this.reads.get(id);
    return listPage(query, 'uuid', (page) => this.reads.targets(id, page));
  }

  /** Starts no further device; commands already given go on. */
  @Post(':id/pause')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  pause(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.rollouts.pause(actor, id, remark);
  }

  /** Goes on in spite of what the gates have seen so far. */
  @Post(':id/continue')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  continue(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.rollouts.continue(actor, id, remark);
  }

  /** Ends the rollout and takes back what no device has accepted. */
  @Post(':id/stop')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  stop(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.rollouts.stop(actor, id, remark);
  }
}
