import { randomUUID } from 'node:crypto';
import { Catch, Inject, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PROBLEM_TYPE, type Problem } from '@corefleet/contracts/http';
import { TooManyAttemptsError } from '@corefleet/features/access';
import type { Logger } from '@corefleet/platform/logger';
import { LOGGER } from '../providers';
import { internalProblem, problemOf } from './problem-of';
import { RefusalAudit } from './refusal-audit';
import { routeName, type ApiRequest } from './request';

/** Every error of every route as problem+json: the one place that chooses a status. */
@Injectable()
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly refusals: RefusalAudit,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<ApiRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const known = problemOf(error);
    const problem = known ?? this.logged(error, request);
    if (known) await this.refusals.record(request, known);
    if (reply.sent) return;
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    if (error instanceof TooManyAttemptsError) void reply.header('retry-after', String(error.retryAfterSeconds));
    void reply.status(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
  }

  private logged(error: unknown, request: ApiRequest): Problem {
    const instance = `urn:uuid:${randomUUID()}`;
    const told = error instanceof Error ? error : new Error(String(error));
    this.logger.error({ err: told, instance, route: routeName(request) }, 'Request failed');
    return internalProblem(instance);
  }
}
