import type { FastifyRequest } from 'fastify';
import type { Principal } from '@corefleet/features/access';

/** A request after the guard: `principal` is absent on public routes. */
export interface ApiRequest extends FastifyRequest {
  principal?: Principal;
}

/** The route as people write it, e.g. `POST /v1/devices/:id/revoke`; the pattern, so that it can be counted. */
export function routeName(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? '(no such route)'}`;
}
