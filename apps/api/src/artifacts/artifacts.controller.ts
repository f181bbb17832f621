import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ArtifactPage,
  ArtifactParams,
  ArtifactsQuery,
  ArtifactView,
  RemoveArtifactRequest,
  UploadArtifactQuery,
} from '@corefleet/contracts/http';
import { ArtifactsService, type ArtifactReader } from '@corefleet/features/artifacts';
import type { Actor } from '@corefleet/features/audit';
import { boundSilence } from '@corefleet/platform/http';
import { Requires } from '../access/declarations';
import { CurrentActor, CurrentReader } from '../access/parameters';
import type { ApiConfig } from '../config';
import { listPage } from '../http/cursor';
import { ARTIFACTS_ROUTE, fileOf } from '../http/file-body';
import type { ApiRequest } from '../http/request';
import { API_CONFIG } from '../providers';

class ArtifactParamsDto extends createZodDto(ArtifactParams) {}
class ArtifactsQueryDto extends createZodDto(ArtifactsQuery) {}
class ArtifactViewDto extends createZodDto(ArtifactView) {}
class ArtifactPageDto extends createZodDto(ArtifactPage) {}
class RemoveArtifactRequestDto extends createZodDto(RemoveArtifactRequest) {}
class UploadArtifactQueryDto extends createZodDto(UploadArtifactQuery) {}

/** How long nothing may move of a file, either way, before its connection is cut. */
const SILENT_MS = 120_000;

/** Files that operations need on devices, and those that devices have stored. */
@ApiTags('artifacts')
@Controller(ARTIFACTS_ROUTE)
export class ArtifactsController {
  constructor(
    private readonly artifacts: ArtifactsService,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
  ) {}

  /** Keeps the file that is the body. The same file again is the same artifact. */
  @Post()
  @Requires('operator')
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ZodResponse({ status: 201, type: ArtifactViewDto })
  upload(
    @CurrentActor() actor: Actor,
    @Query() { name, sha256 }: UploadArtifactQueryDto,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const mostBytes = this.config.COREFLEET_ARTIFACT_MAX_BYTES;
    const content = fileOf(request, mostBytes);
    boundSilence(request.raw, reply.raw, SILENT_MS);
    return this.artifacts.upload(actor, { name, sha256, content, mostBytes });
  }

  @Get()
  @Requires('viewer')
  @ZodResponse({ type: ArtifactPageDto })
  list(@Query() query: ArtifactsQueryDto) {
    return listPage(query, 'artifact', (page) => this.artifacts.list(page));
  }

  @Get(':sha256')
  @Requires('viewer')
  @ZodResponse({ type: ArtifactViewDto })
  get(@Param() { sha256 }: ArtifactParamsDto) {
    return this.artifacts.get(sha256);
  }

  /** The bytes; `Range` asks for a part of them. What a sensitive read has stored is for role admin. */
  @Get(':sha256/content')
  @Requires('operator')
  @ApiProduces('application/octet-stream')
  async content(
    @CurrentReader() reader: ArtifactReader,
    @Param() { sha256 }: ArtifactParamsDto,
    @Req() request: ApiRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { range, 'if-range': ifRange } = request.headers;
    const answer = await this.artifacts.content(reader, sha256, { range, ifRange: headerOf(ifRange) });
    boundSilence(request.raw, reply.raw, SILENT_MS);
    await reply.status(answer.status).headers(answer.headers).send(answer.body);
  }

  /** Removes a file that no open command and no rollout needs. */
  @Delete(':sha256')
  @Requires('operator')
  @HttpCode(204)
  async remove(
    @CurrentActor() actor: Actor,
    @Param() { sha256 }: ArtifactParamsDto,
    @Body() { remark }: RemoveArtifactRequestDto,
  ): Promise<void> {
    await this.artifacts.remove(actor, sha256, remark);
  }
}

const headerOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;
