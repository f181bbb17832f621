import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { EventsQuery } from '@corefleet/contracts/http';
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
   * Server-sent events: `data` is `{topic, id, version}` and means "read this again". An event named `lost` means
   * that more changed than could be remembered: read everything again. The same after each reconnect.
   */
  @Get()
  @Requires('viewer')
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'A stream that goes on until either side ends it', schema: { type: 'string' } })
  stream(@Query() query: EventsQueryDto, @Req() request: ApiRequest, @Res() reply: FastifyReply): void {
    const topics: ReadonlySet<string> = new Set(query.topics);
    this.streams.requireRoom();
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? '');
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    reply.raw.write(': open\nretry: 2000\n\n');
    const close = this.streams.open(reply.raw, bearerOf(request), ({ topic, id }) => {
      return topics.has(topic) && (query.id === undefined || query.id === id);
    });
    reply.raw.once('close', close);
  }
}
