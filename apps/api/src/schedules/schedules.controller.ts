import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ActRequest,
  CreateScheduleRequest,
  IdParams,
  OccurrenceList,
  OccurrencesQuery,
  PageQuery,
  SchedulePage,
  ScheduleView,
  UpdateScheduleRequest,
} from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import type { Orderer } from '@corefleet/features/rollouts';
import { SchedulesReadModel, SchedulesService } from '@corefleet/features/schedules';
import { Requires } from '../access/declarations';
import { CurrentActor, CurrentOrderer, IdempotencyKey } from '../access/parameters';
import { listPage } from '../http/cursor';

class IdParamsDto extends createZodDto(IdParams) {}
class PageQueryDto extends createZodDto(PageQuery) {}
class ActRequestDto extends createZodDto(ActRequest) {}
class CreateScheduleRequestDto extends createZodDto(CreateScheduleRequest) {}
class UpdateScheduleRequestDto extends createZodDto(UpdateScheduleRequest) {}
class ScheduleViewDto extends createZodDto(ScheduleView) {}
class SchedulePageDto extends createZodDto(SchedulePage) {}
class OccurrencesQueryDto extends createZodDto(OccurrencesQuery) {}
class OccurrenceListDto extends createZodDto(OccurrenceList) {}

@ApiTags('schedules')
@Controller('v1/schedules')
export class SchedulesController {
  constructor(
    private readonly schedules: SchedulesService,
    private readonly reads: SchedulesReadModel,
  ) {}

  /** Makes a rollout at each occurrence of its cron expression, in the name of who asks. */
  @Post()
  @Requires('operator')
  @ZodResponse({ status: 201, type: ScheduleViewDto })
  create(@CurrentOrderer() orderer: Orderer, @Body() request: CreateScheduleRequestDto) {
    return this.schedules.create(orderer, request);
  }

  @Get()
  @Requires('viewer')
  @ZodResponse({ type: SchedulePageDto })
  list(@Query() query: PageQueryDto) {
    return listPage(query, 'uuid', (page) => this.reads.list(page));
  }

  @Get(':id')
  @Requires('viewer')
  @ZodResponse({ type: ScheduleViewDto })
  get(@Param() { id }: IdParamsDto) {
    return this.reads.get(id);
  }

  /** When it is due next, also while it is disabled. */
  @Get(':id/occurrences')
  @Requires('viewer')
  @ZodResponse({ type: OccurrenceListDto })
  async occurrences(@Param() { id }: IdParamsDto, @Query() { count }: OccurrencesQueryDto) {
    return { items: await this.reads.occurrences(id, count) };
  }

  /** Changes what is given. From then on it acts in the name of who asks. */
  @Patch(':id')
  @Requires('operator')
  @ZodResponse({ type: ScheduleViewDto })
  update(@CurrentOrderer() orderer: Orderer, @Param() { id }: IdParamsDto, @Body() request: UpdateScheduleRequestDto) {
    return this.schedules.update(orderer, id, request);
  }

  /** Rollouts it has made stay. */
  @Delete(':id')
  @Requires('operator')
  @HttpCode(204)
  remove(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto): Promise<void> {
    return this.schedules.remove(actor, id);
  }

  @Post(':id/enable')
  @Requires('operator')
  @ZodResponse({ status: 200, type: ScheduleViewDto })
  enable(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.schedules.enable(actor, id, remark);
  }

  /** It has no occurrence until it is enabled again; rollouts it has made go on. */
  @Post(':id/disable')
  @Requires('operator')
  @ZodResponse({ status: 200, type: ScheduleViewDto })
  disable(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.schedules.disable(actor, id, remark);
  }

  /** Makes a rollout now, in the name of who asks; its occurrences stay as they are. */
  @Post(':id/run')
  @Requires('operator')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again is the same request' })
  @ZodResponse({ status: 200, type: ScheduleViewDto })
  async run(
    @CurrentOrderer() orderer: Orderer,
    @Param() { id }: IdParamsDto,
    @Body() { remark }: ActRequestDto,
    @IdempotencyKey() key: string | undefined,
  ) {
    await this.schedules.run(orderer, id, { remark, key });
    return this.reads.get(id);
  }
}
