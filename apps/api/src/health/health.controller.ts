import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { Health, Readiness } from '@corefleet/contracts/http';
import { Database } from '@corefleet/platform/database';
import { RedisConnections } from '@corefleet/platform/redis';
import { Public } from '../access/declarations';
import { answersWithin } from './answers-within';

class HealthDto extends createZodDto(Health) {}
class ReadinessDto extends createZodDto(Readiness) {}

const STORE_TIMEOUT_MS = 2_000;

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(
    private readonly database: Database,
    private readonly redis: RedisConnections,
  ) {}

  @Get('healthz')
  @Public('says only that the process answers')
  @ZodResponse({ type: HealthDto })
  health() {
    return { status: 'ok' as const };
  }

  /** Whether the stores answer; 503 when one does not. */
  @Get('readyz')
  @Public('says only which store answers')
  @ZodResponse({ type: ReadinessDto })
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const [postgres, redis] = await Promise.all([
      answersWithin(this.database.ping(), STORE_TIMEOUT_MS),
      answersWithin(this.redis.commands.ping(), STORE_TIMEOUT_MS),
    ]);
    const ready = postgres && redis;
    if (!ready) void reply.status(503);
    return { status: ready ? ('ready' as const) : ('not-ready' as const), stores: { postgres, redis } };
  }
}
