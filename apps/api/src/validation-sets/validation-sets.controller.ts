import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ImportedAssertions,
  ImportFromDeviceRequest,
  LiftBadRequest,
  MarkBadRequest,
  SequenceDiff,
  SequenceDiffQuery,
  SequencePage,
  SequenceParams,
  SequenceView,
  SetParams,
  ValidationSetPage,
  ValidationSetsQuery,
} from '@corefleet/contracts/http';
import type { Principal } from '@corefleet/features/access';
import type { Actor } from '@corefleet/features/audit';
import {
  AssertionImport,
  DeviceAssertions,
  diffSets,
  ValidationSetsReadModel,
  ValidationSetsService,
  type SequenceKey,
} from '@corefleet/features/validation-sets';
import { Requires } from '../access/declarations';
import { CurrentActor, CurrentPrincipal } from '../access/parameters';
import { ASSERTION_TYPE, assertionsOf } from '../http/assertion-body';
import { listPage } from '../http/cursor';
import { goneOf, type ApiRequest } from '../http/request';

class SetParamsDto extends createZodDto(SetParams) {}
class SequenceParamsDto extends createZodDto(SequenceParams) {}
class ValidationSetsQueryDto extends createZodDto(ValidationSetsQuery) {}
class ValidationSetPageDto extends createZodDto(ValidationSetPage) {}
class SequencePageDto extends createZodDto(SequencePage) {}
class SequenceViewDto extends createZodDto(SequenceView) {}
class SequenceDiffDto extends createZodDto(SequenceDiff) {}
class SequenceDiffQueryDto extends createZodDto(SequenceDiffQuery) {}
class ImportFromDeviceRequestDto extends createZodDto(ImportFromDeviceRequest) {}
class ImportedAssertionsDto extends createZodDto(ImportedAssertions) {}
class MarkBadRequestDto extends createZodDto(MarkBadRequest) {}
class LiftBadRequestDto extends createZodDto(LiftBadRequest) {}

/** Validation sets that were imported, verified up to a trusted key. */
@ApiTags('validation-sets')
@Controller('v1/validation-sets')
export class ValidationSetsController {
  constructor(
    private readonly imports: AssertionImport,
    private readonly devices: DeviceAssertions,
    private readonly sets: ValidationSetsService,
    private readonly reads: ValidationSetsReadModel,
  ) {}

  /** Imports the assertions that are the body: sets, and the accounts and account-keys that vouch for them, in any order. */
  @Post('import')
  @Requires('operator')
  @HttpCode(200)
  @ApiConsumes(ASSERTION_TYPE, 'text/plain')
  @ApiBody({ schema: { type: 'string' } })
  @ZodResponse({ status: 200, type: ImportedAssertionsDto })
  async import(@CurrentActor() actor: Actor, @Req() request: ApiRequest) {
    return { items: await this.imports.import(actor, assertionsOf(request), { kind: 'upload' }) };
  }

  /** Reads the sets of a device back, with what vouches for them, and imports them. */
  @Post('import-from-device')
  @Requires('operator')
  @HttpCode(200)
  @ZodResponse({ status: 200, type: ImportedAssertionsDto })
  async importFromDevice(
    @CurrentPrincipal() principal: Principal,
    @Body() { deviceId, ...wanted }: ImportFromDeviceRequestDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return { items: await this.devices.import(principal, deviceId, wanted, goneOf(reply)) };
  }

  @Get()
  @Requires('viewer')
  @ZodResponse({ type: ValidationSetPageDto })
  list(@Query() query: ValidationSetsQueryDto) {
    return listPage(query, 'set', (page) => this.reads.list(page));
  }

  /** Its sequences, newest first. */
  @Get(':account/:name')
  @Requires('viewer')
  @ZodResponse({ type: SequencePageDto })
  sequences(@Param() { account, name }: SetParamsDto, @Query() query: ValidationSetsQueryDto) {
    return listPage(query, 'number', (page) => this.reads.sequences({ accountId: account, name }, page));
  }

  /** What one sequence says otherwise than another, snap by snap. */
  @Get(':account/:name/diff')
  @Requires('viewer')
  @ZodResponse({ type: SequenceDiffDto })
  async diff(@Param() { account, name }: SetParamsDto, @Query() { from, to }: SequenceDiffQueryDto) {
    const key = { accountId: account, name };
    const [before, after] = await Promise.all([from, to].map((sequence) => this.reads.get({ ...key, sequence })));
    return { ...key, from, to, snaps: diffSets(before?.snaps ?? [], after?.snaps ?? []) };
  }

  @Get(':account/:name/sequences/:sequence')
  @Requires('viewer')
  @ZodResponse({ type: SequenceViewDto })
  get(@Param() params: SequenceParamsDto) {
    return this.reads.get(keyOf(params));
  }

  /** The assertion as its account signed it. */
  @Get(':account/:name/sequences/:sequence/assertion')
  @Requires('viewer')
  @ApiProduces(ASSERTION_TYPE)
  @Header('content-type', ASSERTION_TYPE)
  assertion(@Param() params: SequenceParamsDto): Promise<string> {
    return this.reads.assertion(keyOf(params));
  }

  /** Marks a sequence as never to be installed. */
  @Post(':account/:name/sequences/:sequence/mark-bad')
  @Requires('operator')
  @HttpCode(200)
  @ZodResponse({ status: 200, type: SequenceViewDto })
  async markBad(
    @CurrentActor() actor: Actor,
    @Param() params: SequenceParamsDto,
    @Body() { reason }: MarkBadRequestDto,
  ) {
    await this.sets.markBad(actor, keyOf(params), reason);
    return this.reads.get(keyOf(params));
  }

  /** Takes the mark away. */
  @Post(':account/:name/sequences/:sequence/lift-bad')
  @Requires('operator')
  @HttpCode(200)
  @ZodResponse({ status: 200, type: SequenceViewDto })
  async liftBad(
    @CurrentActor() actor: Actor,
    @Param() params: SequenceParamsDto,
    @Body() { remark }: LiftBadRequestDto,
  ) {
    await this.sets.liftBad(actor, keyOf(params), remark);
    return this.reads.get(keyOf(params));
  }
}

const keyOf = ({ account, name, sequence }: SequenceParamsDto): SequenceKey => ({ accountId: account, name, sequence });
