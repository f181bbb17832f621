import { Body, Controller, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ActRequest,
  AdjustRolloutRequest,
  ApprovalList,
  ApprovalRequest,
  IdParams,
  RolloutView,
} from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import { ApprovalsService, RolloutChanges, RolloutsReadModel, type Orderer } from '@corefleet/features/rollouts';
import { Requires } from '../access/declarations';
import { CurrentActor, CurrentOrderer } from '../access/parameters';

class IdParamsDto extends createZodDto(IdParams) {}
class ActRequestDto extends createZodDto(ActRequest) {}
class AdjustRolloutRequestDto extends createZodDto(AdjustRolloutRequest) {}
class ApprovalRequestDto extends createZodDto(ApprovalRequest) {}
class ApprovalListDto extends createZodDto(ApprovalList) {}
class RolloutViewDto extends createZodDto(RolloutView) {}

/** A rollout from its plan to its start, and what may change of it. */
@ApiTags('rollouts')
@Controller('v1/rollouts')
export class RolloutApprovalsController {
  constructor(
    private readonly approvals: ApprovalsService,
    private readonly changes: RolloutChanges,
    private readonly reads: RolloutsReadModel,
  ) {}

  /** A draft goes on: to its approvals, to its time, or to work. */
  @Post(':id/start')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  start(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.approvals.start({ actor, id, remark });
  }

  /** Approves the plan that was looked at; not for who made the rollout. */
  @Post(':id/approve')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  approve(@CurrentOrderer() orderer: Orderer, @Param() { id }: IdParamsDto, @Body() said: ApprovalRequestDto) {
    return this.approvals.approve(orderer, { ...said, id });
  }

  /** Makes it a draft again, whose plan is not carried out. */
  @Post(':id/reject')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  reject(@CurrentOrderer() orderer: Orderer, @Param() { id }: IdParamsDto, @Body() said: ApprovalRequestDto) {
    return this.approvals.reject(orderer, { ...said, id });
  }

  /** What people said to its plans, newest first. */
  @Get(':id/approvals')
  @Requires('viewer')
  @ZodResponse({ type: ApprovalListDto })
  async list(@Param() { id }: IdParamsDto) {
    return { items: await this.reads.approvals(id) };
  }

  /** Plans anew, for the devices that the filter means now; approvals of the plan before do not count. */
  @Post(':id/replan')
  @Requires('operator')
  @ZodResponse({ status: 200, type: RolloutViewDto })
  replan(@CurrentOrderer() orderer: Orderer, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.changes.replan(orderer, { actor: orderer.actor, id, remark });
  }

  /** Changes limits, gate, priority, window or expiry, up or down. */
  @Patch(':id')
  @Requires('operator')
  @ZodResponse({ type: RolloutViewDto })
  adjust(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() body: AdjustRolloutRequestDto) {
    const { remark, ...asked } = body;
    return this.changes.adjust({ actor, id, remark }, asked);
  }
}
