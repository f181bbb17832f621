import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '@corefleet/features/access';

/** A request after the guard: `principal` is absent on public routes. */
export interface ApiRequest extends FastifyRequest {
  principal?: Principal;
}

/** The route as people write it, e.g. `POST /v1/devices/:id/revoke`; the pattern, so that it can be counted. */
export function routeName(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? '(no such route)'}`;
}

/** Aborted when who asks has hung up, be it before this. Once the answer is sent nobody looks at it any more. */
export function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (reply.raw.closed || reply.raw.destroyed) gone.abort();
  else reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
