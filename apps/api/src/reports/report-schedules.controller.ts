import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ActRequest,
  CreateReportScheduleRequest,
  IdParams,
  PageQuery,
  ReportRunList,
  ReportRunParams,
  ReportSchedulePage,
  ReportScheduleView,
  UpdateReportScheduleRequest,
} from '@corefleet/contracts/http';
import type { ArtifactReader } from '@corefleet/features/artifacts';
import { PAGE_POLICY, ReportRuns, ReportSchedulesService, WRITERS } from '@corefleet/features/reports';
import type { Orderer } from '@corefleet/features/rollouts';
import { Requires } from '../access/declarations';
import { CurrentOrderer, CurrentReader, IdempotencyKey } from '../access/parameters';
import { listPage } from '../http/cursor';

class IdParamsDto extends createZodDto(IdParams) {}
class PageQueryDto extends createZodDto(PageQuery) {}
class ActRequestDto extends createZodDto(ActRequest) {}
class CreateReportScheduleRequestDto extends createZodDto(CreateReportScheduleRequest) {}
class UpdateReportScheduleRequestDto extends createZodDto(UpdateReportScheduleRequest) {}
class ReportScheduleViewDto extends createZodDto(ReportScheduleView) {}
class ReportSchedulePageDto extends createZodDto(ReportSchedulePage) {}
class ReportRunListDto extends createZodDto(ReportRunList) {}
class ReportRunParamsDto extends createZodDto(ReportRunParams) {}

/** Reports that are made at times, and kept. */
@ApiTags('reports')
@Controller('v1/report-schedules')
export class ReportSchedulesController {
  constructor(
    private readonly schedules: ReportSchedulesService,
    private readonly runs: ReportRuns,
  ) {}

  /** Makes a report at each occurrence of its cron expression, in the name of who asks, and keeps the newest. */
  @Post()
  @Requires('operator')
  @ZodResponse({ status: 201, type: ReportScheduleViewDto })
  create(@CurrentOrderer() orderer: Orderer, @Body() request: CreateReportScheduleRequestDto) {
    return this.schedules.create(orderer, request);
  }

  @Get()
  @Requires('viewer')
  @ZodResponse({ type: ReportSchedulePageDto })
  list(@Query() query: PageQueryDto) {
    return listPage(query, 'uuid', (page) => this.schedules.list(page));
  }

  @Get(':id')
  @Requires('viewer')
  @ZodResponse({ type: ReportScheduleViewDto })
  get(@Param() { id }: IdParamsDto) {
    return this.schedules.get(id);
  }

  /** The reports it keeps, newest first. */
  @Get(':id/runs')
  @Requires('viewer')
  @ZodResponse({ type: ReportRunListDto })
  async listRuns(@Param() { id }: IdParamsDto) {
    await this.schedules.get(id);
    return { items: await this.runs.of(id) };
  }

  /** A report that was made. One that only admins may have is for them. */
  @Get(':id/runs/:run/content')
  @Requires('viewer')
  @ApiProduces(...Object.values(WRITERS).map(({ contentType }) => contentType))
  async content(
    @CurrentReader() reader: ArtifactReader,
    @Param() { id, run }: ReportRunParamsDto,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { format, headers, body } = await this.runs.content(reader, id, run);
    await reply
      .headers({
        ...headers,
        'content-type': WRITERS[format].contentType,
        ...(format === 'html' && { 'content-disposition': 'inline', 'content-security-policy': PAGE_POLICY }),
      })
      .send(body);
  }

  /** Changes what is given. From then on it acts in the name of who asks. */
  @Patch(':id')
  @Requires('operator')
  @ZodResponse({ type: ReportScheduleViewDto })
  update(
    @CurrentOrderer() orderer: Orderer,
    @Param() { id }: IdParamsDto,
    @Body() request: UpdateReportScheduleRequestDto,
  ) {
    return this.schedules.update(orderer, id, request);
  }

  /** The reports it has made go with it. */
  @Delete(':id')
  @Requires('operator')
  @HttpCode(204)
  remove(@CurrentOrderer() orderer: Orderer, @Param() { id }: IdParamsDto): Promise<void> {
    return this.schedules.remove(orderer, id);
  }

  @Post(':id/enable')
  @Requires('operator')
  @ZodResponse({ status: 200, type: ReportScheduleViewDto })
  enable(@CurrentOrderer() orderer: Orderer, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.schedules.enable(orderer, id, remark);
  }

  /** It has no occurrence until it is enabled again; what it has made stays. */
  @Post(':id/disable')
  @Requires('operator')
  @ZodResponse({ status: 200, type: ReportScheduleViewDto })
  disable(@CurrentOrderer() orderer: Orderer, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.schedules.disable(orderer, id, remark);
  }

  /** Makes a report now, in the name of who asks; its occurrences stay as they are. */
  @Post(':id/run')
  @Requires('operator')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again is the same request' })
  @ZodResponse({ status: 200, type: ReportScheduleViewDto })
  async run(
    @CurrentOrderer() orderer: Orderer,
    @Param() { id }: IdParamsDto,
    @Body() { remark }: ActRequestDto,
    @IdempotencyKey() key: string | undefined,
  ) {
    await this.schedules.run(orderer, id, { remark, key });
    return this.schedules.get(id);
  }
}
