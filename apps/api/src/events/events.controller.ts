import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { EventsQuery } from '@corefleet/contracts/http';
import type { FleetEvent } from '@corefleet/platform/redis';
import { bearerOf } from '../access/access.guard';
import { Requires } from '../access/declarations';
import type { ApiRequest } from '../http/request';
import { EventStreams } from './event-streams';

class EventsQueryDto extends createZodDto(EventsQuery) {}

@ApiTags('events')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly streams: EventStreams) {}

  /**
   * Server-sent events. A message is named after its topic; `data` is a list of `{topic, id, version}`, each of which means "read
   * this again". `reset` means that what changed is not known: read everything again. `id` is a position: who comes back with it
   * in `Last-Event-ID`, to any copy of the API, is told what it missed, or `reset`. Open the stream first, then read.
   */
  @Get()
  @Requires('viewer')
  @ApiHeader({ name: 'last-event-id', required: false, description: 'The last `id` that was heard before a gap' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'A stream that goes on until either side ends it', schema: { type: 'string' } })
  stream(
    @Query() query: EventsQueryDto,
    @Headers('last-event-id') after: string | undefined,
    @Req() request: ApiRequest,
    @Res() reply: FastifyReply,
  ): void {
    const topics: ReadonlySet<string> = new Set(query.topics);
    this.streams.requireRoom();
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? '');
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    reply.raw.write(': open\nretry: 2000\n\n');
    const wants = ({ topic, id }: FleetEvent) => topics.has(topic) && (query.id === undefined || query.id === id);
    const close = this.streams.open(reply.raw, bearerOf(request), wants, after);
    reply.raw.once('close', close);
  }
}
