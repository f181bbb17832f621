import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  CreatedEnrolmentToken,
  CreateEnrolmentTokenRequest,
  EnrolmentTokenPage,
  IdParams,
} from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import { EnrolmentTokensService } from '@corefleet/features/enrolment';
import { Requires } from '../access/declarations';
import { CurrentActor } from '../access/parameters';

class IdParamsDto extends createZodDto(IdParams) {}
class CreateEnrolmentTokenRequestDto extends createZodDto(CreateEnrolmentTokenRequest) {}
class CreatedEnrolmentTokenDto extends createZodDto(CreatedEnrolmentToken) {}
class EnrolmentTokenPageDto extends createZodDto(EnrolmentTokenPage) {}

/** What lets a device in. */
@ApiTags('enrolment')
@Controller('v1/enrolment-tokens')
export class EnrolmentTokensController {
  constructor(private readonly tokens: EnrolmentTokensService) {}

  @Post()
  @Requires('admin')
  @ZodResponse({ status: 201, type: CreatedEnrolmentTokenDto })
  create(@CurrentActor() actor: Actor, @Body() request: CreateEnrolmentTokenRequestDto) {
    return this.tokens.create(actor, request);
  }

  @Get()
  @Requires('operator')
  @ZodResponse({ type: EnrolmentTokenPageDto })
  async list() {
    return { items: await this.tokens.list() };
  }

  @Delete(':id')
  @Requires('admin')
  @HttpCode(204)
  async revoke(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto): Promise<void> {
    await this.tokens.revoke(actor, id);
  }
}
