import type { FastifyInstance } from 'fastify';
import type { ApiRequest } from './request';
import { UnsupportedBodyError } from './file-body';

/** snapd's own media type of a stream of assertions. */
export const ASSERTION_TYPE = 'application/x.ubuntu.assertion';

/** Reads a stream of assertions as a text. Any other bytes than UTF-8 spoil its signatures. */
export function takeAssertions(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(ASSERTION_TYPE, { parseAs: 'string' }, (_request, body, done) => done(null, body));
}

/** @throws UnsupportedBodyError when the body is no text */
export function assertionsOf({ body }: ApiRequest): string {
  if (typeof body === 'string') return body;
  throw new UnsupportedBodyError(`cannot read the request: send assertions as ${ASSERTION_TYPE} or text/plain`);
}
