import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { CreateRolloutRequest, IdParams, PlanDownloadQuery, PlanView } from '@corefleet/contracts/http';
import { RolloutPlans, type Orderer, type PlannedDeviceView } from '@corefleet/features/rollouts';
import { boundSilence } from '@corefleet/platform/http';
import { Requires } from '../access/declarations';
import { CurrentOrderer } from '../access/parameters';
import type { ApiRequest } from '../http/request';
import { PLAN_TYPE, planLines } from './plan-lines';

class IdParamsDto extends createZodDto(IdParams) {}
class CreateRolloutRequestDto extends createZodDto(CreateRolloutRequest) {}
class PlanDownloadQueryDto extends createZodDto(PlanDownloadQuery) {}
class PlanViewDto extends createZodDto(PlanView) {}

/** How long a reader of a plan may take nothing before its connection is cut. */
const SILENT_MS = 120_000;

/** What rollouts would do, before they do it. */
@ApiTags('rollouts')
@Controller('v1/rollouts')
export class RolloutPlansController {
  constructor(private readonly plans: RolloutPlans) {}

  /** What the rollout would do, with the first of its devices; writes nothing. */
  @Post('plan')
  @Requires('operator')
  @ZodResponse({ status: 200, type: PlanViewDto })
  plan(@CurrentOrderer() orderer: Orderer, @Body() request: CreateRolloutRequestDto) {
    return this.plans.dryRun(orderer, request);
  }

  /** What it would do on each device, a line each; writes nothing. */
  @Post('plan/devices')
  @Requires('operator')
  @HttpCode(200)
  @ApiProduces(...Object.values(PLAN_TYPE))
  async planDevices(
    @CurrentOrderer() orderer: Orderer,
    @Body() body: CreateRolloutRequestDto,
    @Query() query: PlanDownloadQueryDto,
    @Req() request: ApiRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await send(await this.plans.dryRunDevices(orderer, body), query, request, reply);
  }

  /** What the rollout was planned to do, with the first of its devices. */
  @Get(':id/plan')
  @Requires('viewer')
  @ZodResponse({ type: PlanViewDto })
  planOf(@Param() { id }: IdParamsDto) {
    return this.plans.of(id);
  }

  /** What it was planned to do on each device, a line each. */
  @Get(':id/plan/devices')
  @Requires('viewer')
  @ApiProduces(...Object.values(PLAN_TYPE))
  async planOfDevices(
    @Param() { id }: IdParamsDto,
    @Query() query: PlanDownloadQueryDto,
    @Req() request: ApiRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await send(await this.plans.devicesOf(id), query, request, reply);
  }
}

async function send(
  pages: AsyncIterable<PlannedDeviceView[]>,
  { format }: PlanDownloadQuery,
  request: ApiRequest,
  reply: FastifyReply,
): Promise<void> {
  boundSilence(request.raw, reply.raw, SILENT_MS);
  const headers = { 'content-type': PLAN_TYPE[format], 'content-disposition': `attachment; filename="plan.${format}"` };
  await reply.headers(headers).send(Readable.from(planLines(format, pages)));
}
