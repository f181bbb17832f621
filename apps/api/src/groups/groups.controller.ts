import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ActRequest,
  ChangeGroupRequest,
  CreateGroupRequest,
  GroupDevicesRequest,
  GroupPage,
  GroupsQuery,
  GroupView,
  IdParams,
} from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import { GroupsService } from '@corefleet/features/devices';
import { Requires } from '../access/declarations';
import { CurrentActor } from '../access/parameters';
import { listPage } from '../http/cursor';

class IdParamsDto extends createZodDto(IdParams) {}
class ActRequestDto extends createZodDto(ActRequest) {}
class GroupsQueryDto extends createZodDto(GroupsQuery) {}
class GroupPageDto extends createZodDto(GroupPage) {}
class GroupViewDto extends createZodDto(GroupView) {}
class CreateGroupRequestDto extends createZodDto(CreateGroupRequest) {}
class ChangeGroupRequestDto extends createZodDto(ChangeGroupRequest) {}
class GroupDevicesRequestDto extends createZodDto(GroupDevicesRequest) {}

@ApiTags('groups')
@Controller('v1/groups')
export class GroupsController {
  constructor(private readonly groups: GroupsService) {}

  @Get()
  @Requires('viewer')
  @ZodResponse({ type: GroupPageDto })
  list(@Query() query: GroupsQueryDto) {
    return listPage(query, 'uuid', (page) => this.groups.list(page));
  }

  /** Its devices are those of the filter `group=<name>`. */
  @Get(':id')
  @Requires('viewer')
  @ZodResponse({ type: GroupViewDto })
  get(@Param() { id }: IdParamsDto) {
    return this.groups.get(id);
  }

  @Post()
  @Requires('operator')
  @ZodResponse({ status: 201, type: GroupViewDto })
  create(@CurrentActor() actor: Actor, @Body() request: CreateGroupRequestDto) {
    return this.groups.create(actor, request);
  }

  @Patch(':id')
  @Requires('operator')
  @ZodResponse({ type: GroupViewDto })
  change(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() request: ChangeGroupRequestDto) {
    return this.groups.change(actor, id, request);
  }

  /** Refused while the filter of another group, of a schedule, of a recovery policy, or of a rollout that is not over, names it. */
  @Delete(':id')
  @Requires('operator')
  @HttpCode(204)
  async remove(
    @CurrentActor() actor: Actor,
    @Param() { id }: IdParamsDto,
    @Body() { remark }: ActRequestDto,
  ): Promise<void> {
    await this.groups.remove(actor, id, remark);
  }

  @Post(':id/add-devices')
  @Requires('operator')
  @HttpCode(200)
  @ZodResponse({ status: 200, type: GroupViewDto })
  addDevices(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() request: GroupDevicesRequestDto) {
    return this.groups.addDevices(actor, id, request);
  }

  @Post(':id/remove-devices')
  @Requires('operator')
  @HttpCode(200)
  @ZodResponse({ status: 200, type: GroupViewDto })
  removeDevices(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() request: GroupDevicesRequestDto) {
    return this.groups.removeDevices(actor, id, request);
  }
}
