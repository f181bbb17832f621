import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ArtifactTooLargeError } from '@corefleet/features/artifacts';
import { FleetError } from '@corefleet/platform/errors';
import { bodyPieces } from '@corefleet/platform/http';

/** The one route whose body is a file. */
export const ARTIFACTS_ROUTE = 'v1/artifacts';

const FILE_TYPE = 'application/octet-stream';

/** The body is not of the one type that its route takes. */
export class UnsupportedBodyError extends FleetError {
  readonly code = 'unsupported-media-type';
}

/** Hands the body of an upload on as a stream: it is never in memory. Everywhere else a file is refused unread. */
export function takeFiles(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(FILE_TYPE, (request, payload, done) => {
    if (isUpload(request)) done(null, payload);
    else done(new UnsupportedBodyError(`cannot read the request: ${FILE_TYPE} is for uploads alone`));
  });
}

/** Whether the body of the request is a file. */
export const isUpload = (request: FastifyRequest): boolean =>
  request.method === 'POST' && request.routeOptions.url === `/${ARTIFACTS_ROUTE}`;

/**
 * The pieces of an upload.
 * @throws UnsupportedBodyError when the body is no file
 * @throws ArtifactTooLargeError when it says so itself: before a byte of it is read
 */
export function fileOf(request: FastifyRequest, mostBytes: number): AsyncIterable<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw new ArtifactTooLargeError(mostBytes);
  if (request.body instanceof Readable) return bodyPieces(request.body);
  throw new UnsupportedBodyError(`cannot read the request: send the file as ${FILE_TYPE}`);
}
