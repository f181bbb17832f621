import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { ReadParams } from '@corefleet/contracts/http';
import type { Principal } from '@corefleet/features/access';
import { ReadsService, type ReadAnswer } from '@corefleet/features/reads';
import { Requires } from '../access/declarations';
import { CurrentPrincipal } from '../access/parameters';
import type { ApiRequest } from '../http/request';

class ReadParamsDto extends createZodDto(ReadParams) {}

/** What stands before snapd's own path. */
const BEFORE = /^\/v1\/devices\/[^/]+\/snapd/;

@Controller('v1/devices/:id/snapd')
export class ReadsController {
  constructor(private readonly reads: ReadsService) {}

  /**
   * Any GET of snapd's API that is in the catalogue, asked of one device. The description of the API has each of them with its
   * parameters and its role (read-paths.ts); what is sensitive is refused to others by the service.
   */
  @Get('*')
  @Requires('viewer')
  @ApiExcludeEndpoint()
  async read(
    @CurrentPrincipal() principal: Principal,
    @Param() { id }: ReadParamsDto,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReadAnswer> {
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    reply.raw.once('close', leave);
    try {
      return await this.reads.ask(principal, id, request.url.replace(BEFORE, ''), gone.signal);
    } finally {
      reply.raw.off('close', leave);
    }
  }
}
