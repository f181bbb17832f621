import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ActRequest,
  CreateRecoveryPolicyRequest,
  IdParams,
  PageQuery,
  PlanView,
  RecoveryPolicyPage,
  RecoveryPolicyView,
  UpdateRecoveryPolicyRequest,
} from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import { RecoveryPoliciesReadModel, RecoveryPoliciesService } from '@corefleet/features/recovery-systems';
import type { Orderer } from '@corefleet/features/rollouts';
import { Requires } from '../access/declarations';
import { CurrentActor, CurrentOrderer, IdempotencyKey } from '../access/parameters';
import { listPage } from '../http/cursor';

class IdParamsDto extends createZodDto(IdParams) {}
class PageQueryDto extends createZodDto(PageQuery) {}
class ActRequestDto extends createZodDto(ActRequest) {}
class PlanViewDto extends createZodDto(PlanView) {}
class CreateRecoveryPolicyRequestDto extends createZodDto(CreateRecoveryPolicyRequest) {}
class UpdateRecoveryPolicyRequestDto extends createZodDto(UpdateRecoveryPolicyRequest) {}
class RecoveryPolicyViewDto extends createZodDto(RecoveryPolicyView) {}
class RecoveryPolicyPageDto extends createZodDto(RecoveryPolicyPage) {}

/** Keeps the recovery systems of devices fresh: a rollout at each occurrence, for those that need it. */
@ApiTags('recovery-systems')
@Controller('v1/recovery-policies')
export class RecoveryPoliciesController {
  constructor(
    private readonly policies: RecoveryPoliciesService,
    private readonly reads: RecoveryPoliciesReadModel,
  ) {}

  /** Makes a rollout at each occurrence of its cron expression, in the name of who asks. */
  @Post()
  @Requires('operator')
  @ZodResponse({ status: 201, type: RecoveryPolicyViewDto })
  create(@CurrentOrderer() orderer: Orderer, @Body() request: CreateRecoveryPolicyRequestDto) {
    return this.policies.create(orderer, request);
  }

  @Get()
  @Requires('viewer')
  @ZodResponse({ type: RecoveryPolicyPageDto })
  list(@Query() query: PageQueryDto) {
    return listPage(query, 'uuid', (page) => this.reads.list(page));
  }

  @Get(':id')
  @Requires('viewer')
  @ZodResponse({ type: RecoveryPolicyViewDto })
  get(@Param() { id }: IdParamsDto) {
    return this.reads.get(id);
  }

  /** Changes what is given. From then on it acts in the name of who asks. */
  @Patch(':id')
  @Requires('operator')
  @ZodResponse({ type: RecoveryPolicyViewDto })
  update(
    @CurrentOrderer() orderer: Orderer,
    @Param() { id }: IdParamsDto,
    @Body() request: UpdateRecoveryPolicyRequestDto,
  ) {
    return this.policies.update(orderer, id, request);
  }

  /** Rollouts it has made stay. */
  @Delete(':id')
  @Requires('operator')
  @HttpCode(204)
  remove(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto): Promise<void> {
    return this.policies.remove(actor, id);
  }

  @Post(':id/enable')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RecoveryPolicyViewDto })
  enable(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.policies.enable(actor, id, remark);
  }

  /** It has no occurrence until it is enabled again; rollouts it has made go on. */
  @Post(':id/disable')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RecoveryPolicyViewDto })
  disable(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.policies.disable(actor, id, remark);
  }

  /** What it would do now, device by device. Writes nothing. */
  @Get(':id/preview')
  @Requires('operator')
  @ZodResponse({ type: PlanViewDto })
  preview(@CurrentOrderer() orderer: Orderer, @Param() { id }: IdParamsDto) {
    return this.policies.preview(orderer, id);
  }

  /** Makes its rollout now, in the name of who asks; its occurrences stay as they are. */
  @Post(':id/run')
  @Requires('operator')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again is the same request' })
  @ZodResponse({ status: 200, type: RecoveryPolicyViewDto })
  async run(
    @CurrentOrderer() orderer: Orderer,
    @Param() { id }: IdParamsDto,
    @Body() { remark }: ActRequestDto,
    @IdempotencyKey() key: string | undefined,
  ) {
    await this.policies.run(orderer, id, { remark, key });
    return this.reads.get(id);
  }
}
