import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { ReadParams } from '@corefleet/contracts/http';
import type { Principal } from '@corefleet/features/access';
import { FollowsService, isFollow, ReadsService, type ReadAnswer } from '@corefleet/features/reads';
import { bearerOf } from '../access/access.guard';
import { Requires } from '../access/declarations';
import { StreamCredentials } from '../access/stream-credentials';
import { CurrentPrincipal } from '../access/parameters';
import type { ApiRequest } from '../http/request';
import { LogStream } from './log-stream';

class ReadParamsDto extends createZodDto(ReadParams) {}

/** What stands before snapd's own path. */
const BEFORE = /^\/v1\/devices\/[^/]+\/snapd/;

@Controller('v1/devices/:id/snapd')
export class ReadsController {
  constructor(
    private readonly reads: ReadsService,
    private readonly follows: FollowsService,
    private readonly credentials: StreamCredentials,
  ) {}

  /**
   * Any GET of snapd's API that is in the catalogue, asked of one device. The description of the API has each of them with its
   * parameters and its role (read-paths.ts); what is sensitive is refused to others by the service. A log that is followed
   * is answered by a stream.
   */
  @Get('*')
  @Requires('viewer')
  @ApiExcludeEndpoint()
  async read(
    @CurrentPrincipal() principal: Principal,
    @Param() { id }: ReadParamsDto,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReadAnswer | undefined> {
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    reply.raw.once('close', leave);
    try {
      const target = request.url.replace(BEFORE, '');
      if (!isFollow(target)) return await this.reads.ask(principal, id, target, gone.signal);
      const stream = new LogStream(reply, request.headers.accept);
      const bearer = bearerOf(request);
      const mayStay = (): Promise<boolean> => this.credentials.mayStay(bearer);
      await this.follows.follow(principal, id, target, stream, gone.signal, mayStay);
      return undefined;
    } finally {
      reply.raw.off('close', leave);
    }
  }
}
