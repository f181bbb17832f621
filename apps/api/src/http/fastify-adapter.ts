import { FastifyAdapter } from '@nestjs/platform-fastify';
import { requirePlainJson } from './plain-json';
import { securityHeaders } from './security-headers';

const BODY_MOST_BYTES = 1024 * 1024;
const HEADERS_TIMEOUT_MS = 30_000;

/**
 * Fastify with our bounds and headers on every route, also those that do not exist.
 * @param trustedProxies whose X-Forwarded-For names the source of a request
 */
export function createAdapter(trustedProxies: readonly string[]): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_MOST_BYTES,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    requestTimeout: HEADERS_TIMEOUT_MS,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 512 },
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(securityHeaders(request.url.split('?', 1)[0] ?? ''));
    done();
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    // A missing body is an empty one: every act may be sent without a remark.
    if (request.method !== 'GET') request.body ??= {};
    requirePlainJson(request.body);
    requirePlainJson(request.query);
    requirePlainJson(request.params);
    done();
  });
  return adapter;
}
