import type { Readable } from 'node:stream';

/**
 * The pieces of a body, for a reader that may stop early: unlike the stream's own iterator this one leaves the connection
 * open then, so that the answer can say why.
 */
export const bodyPieces = (body: Readable): AsyncIterable<Uint8Array> => body.iterator({ destroyOnReturn: false });
