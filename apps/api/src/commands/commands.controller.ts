import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ActRequest,
  CommandDetail,
  CommandPage,
  CommandsQuery,
  CommandView,
  IdParams,
  IssueCommandsRequest,
  IssuedCommands,
} from '@corefleet/contracts/http';
import type { ArtifactReader } from '@corefleet/features/artifacts';
import type { Actor } from '@corefleet/features/audit';
import { ChangesReadModel } from '@corefleet/features/changes';
import { CommandsService } from '@corefleet/features/commands';
import { Requires } from '../access/declarations';
import { CurrentActor, CurrentReader, IdempotencyKey } from '../access/parameters';
import { listPage } from '../http/cursor';

class IdParamsDto extends createZodDto(IdParams) {}
class IssueCommandsRequestDto extends createZodDto(IssueCommandsRequest) {}
class IssuedCommandsDto extends createZodDto(IssuedCommands) {}
class CommandsQueryDto extends createZodDto(CommandsQuery) {}
class CommandPageDto extends createZodDto(CommandPage) {}
class CommandDetailDto extends createZodDto(CommandDetail) {}
class CommandViewDto extends createZodDto(CommandView) {}
class ActRequestDto extends createZodDto(ActRequest) {}

@ApiTags('commands')
@Controller('v1/commands')
export class CommandsController {
  constructor(
    private readonly commands: CommandsService,
    private readonly changes: ChangesReadModel,
  ) {}

  /** Gives the operation to each of the devices. */
  @Post()
  @Requires('operator')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again is the same request' })
  @ZodResponse({ status: 202, type: IssuedCommandsDto })
  issue(
    @CurrentReader() orderer: ArtifactReader,
    @Body() request: IssueCommandsRequestDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ) {
    return this.commands.issue(orderer, { ...request, idempotencyKey });
  }

  @Get()
  @Requires('viewer')
  @ZodResponse({ type: CommandPageDto })
  list(@Query() query: CommandsQueryDto) {
    return listPage(query, 'uuid', (page) => this.commands.list(page));
  }

  @Get(':id')
  @Requires('viewer')
  @ZodResponse({ type: CommandDetailDto })
  async get(@Param() { id }: IdParamsDto) {
    const command = await this.commands.get(id);
    return { ...command, changes: await this.changes.forCommand(id) };
  }

  /** Takes back a command that no device has accepted. */
  @Post(':id/cancel')
  @Requires('operator')
  @ZodResponse({ status: 200, type: CommandViewDto })
  cancel(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { remark }: ActRequestDto) {
    return this.commands.cancel(actor, id, remark);
  }
}
