import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tracing, type OpenSpan } from '@corefleet/platform/tracing';

/** Asked every few seconds by whoever watches the process: nobody looks for those. */
const UNTRACED: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** A span for each request, part of the caller's trace when it names one; what the request makes belongs to it. */
export function traceRequests(fastify: FastifyInstance): void {
  const spans = new WeakMap<FastifyRequest, OpenSpan>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    if (tracing.enabled && !UNTRACED.has(route)) {
      const { traceparent } = request.headers;
      const span = tracing.begin({
        name: `${request.method} ${route}`,
        parent: typeof traceparent === 'string' ? traceparent : undefined,
        kind: 'server',
        startMs: Date.now(),
        attributes: { 'http.request.method': request.method, 'http.route': route },
      });
      if (span) spans.set(request, span);
    }
    done();
  });
  // Not before: the body is read in the context of the socket, and not in that of the hook before it.
  fastify.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) tracing.within(span.traceparent, done);
    else done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const failed = reply.statusCode >= 500;
    spans.get(request)?.end({
      endMs: Date.now(),
      attributes: { 'http.response.status_code': reply.statusCode },
      ...(failed && { error: `answered with ${reply.statusCode}` }),
    });
    done();
  });
}
