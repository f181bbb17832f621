import { Readable } from 'node:stream';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { boundBody, closeUnread } from '@corefleet/platform/http';
import { takeAssertions } from './assertion-body';
import { isUpload, takeFiles } from './file-body';
import { requirePlainJson } from './plain-json';
import { measureRequests } from './request-metrics';
import { traceRequests } from './request-traces';
import { securityHeaders } from './security-headers';
import { takeYaml } from './yaml-body';

const BODY_MOST_BYTES = 1024 * 1024;
const HEADERS_TIMEOUT_MS = 30_000;
const BODY_TIMEOUT_MS = 30_000;

/**
 * Fastify with our bounds and headers on every route, also those that do not exist.
 * @param trustedProxies whose X-Forwarded-For names the source of a request
 */
export function createAdapter(trustedProxies: readonly string[]): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_MOST_BYTES,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    // Each body has its own bound: a large file may take long, anything else may not.
    requestTimeout: 0,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 512 },
  });
  const fastify = adapter.getInstance();
  traceRequests(fastify);
  measureRequests(fastify);
  takeFiles(fastify);
  takeYaml(fastify);
  takeAssertions(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!isUpload(request)) boundBody(request.raw, BODY_TIMEOUT_MS);
    closeUnread(request.raw, reply.raw);
    void reply.headers(securityHeaders(request.url.split('?', 1)[0] ?? ''));
    done();
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    // A missing body is an empty one: every act may be sent without a remark.
    if (request.method !== 'GET') request.body ??= {};
    if (!(request.body instanceof Readable)) requirePlainJson(request.body);
    requirePlainJson(request.query);
    requirePlainJson(request.params);
    done();
  });
  return adapter;
}
