import type { FastifyInstance } from 'fastify';
import { metrics } from '@corefleet/platform/metrics';

const STREAM = 'text/event-stream';

/**
 * Counts answers by the route as it is declared, never by a path: there are as many of those as somebody cares to try. What is
 * followed has no end to be timed.
 */
export function measureRequests(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const type = reply.raw.getHeader('content-type') ?? reply.getHeader('content-type');
    if (!String(type).startsWith(STREAM)) {
      const route = request.routeOptions.url ?? 'none';
      const labels = { method: request.method, route };
      metrics.count('corefleet_http_requests_total', { ...labels, status: String(reply.statusCode) });
      metrics.observe('corefleet_http_request_seconds', reply.elapsedTime / 1000, labels);
    }
    done();
  });
}
