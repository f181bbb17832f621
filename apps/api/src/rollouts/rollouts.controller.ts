import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  CreateRolloutRequest,
  IdParams,
  RolloutPage,
  RolloutsQuery,
  RolloutView,
  TargetEventPage,
  TargetEventsQuery,
  TargetPage,
  TargetsQuery,
} from '@corefleet/contracts/http';
import { RolloutsReadModel, RolloutsService, TargetsReadModel, type Orderer } from '@corefleet/features/rollouts';
import { Requires } from '../access/declarations';
import { CurrentOrderer, IdempotencyKey } from '../access/parameters';
import { listPage } from '../http/cursor';

class IdParamsDto extends createZodDto(IdParams) {}
class RolloutsQueryDto extends createZodDto(RolloutsQuery) {}
class CreateRolloutRequestDto extends createZodDto(CreateRolloutRequest) {}
class RolloutPageDto extends createZodDto(RolloutPage) {}
class RolloutViewDto extends createZodDto(RolloutView) {}
class TargetsQueryDto extends createZodDto(TargetsQuery) {}
class TargetPageDto extends createZodDto(TargetPage) {}
class TargetEventsQueryDto extends createZodDto(TargetEventsQuery) {}
class TargetEventPageDto extends createZodDto(TargetEventPage) {}

@ApiTags('rollouts')
@Controller('v1/rollouts')
export class RolloutsController {
  constructor(
    private readonly rollouts: RolloutsService,
    private readonly reads: RolloutsReadModel,
    private readonly devices: TargetsReadModel,
  ) {}

  /** Plans the rollout for the devices the filter means now, and starts it unless it is a draft, waits for approvals or for its time. */
  @Post()
  @Requires('operator')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again is the same request' })
  @ZodResponse({ status: 201, type: RolloutViewDto })
  create(
    @CurrentOrderer() orderer: Orderer,
    @Body() request: CreateRolloutRequestDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ) {
    return this.rollouts.create(orderer, { ...request, idempotencyKey });
  }

  /** Newest first. */
  @Get()
  @Requires('viewer')
  @ZodResponse({ type: RolloutPageDto })
  list(@Query() query: RolloutsQueryDto) {
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
    return listPage(query, 'uuid', (page) => this.devices.targets(id, page));
  }

  /** What became of its devices, oldest first. */
  @Get(':id/events')
  @Requires('viewer')
  @ZodResponse({ type: TargetEventPageDto })
  async events(@Param() { id }: IdParamsDto, @Query() query: TargetEventsQueryDto) {
    await this.reads.get(id);
    return listPage(query, 'number', (page) => this.devices.events(id, page));
  }
}
