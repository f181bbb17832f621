import type { SnapdRequest } from '@corefleet/snapd-client';
import type { ReplyBody } from './envelope';

const NOTHING = new Uint8Array();

/** The bytes of a request's body; a promise of them where it comes in pieces. */
export function requestBytes(body: SnapdRequest['body']): Uint8Array | Promise<Uint8Array> {
  if (body === undefined) return NOTHING;
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  return body instanceof Uint8Array ? body : collect(body);
}

/** Whether a request's body is sent in pieces, without its length being told. */
export const isIterable = (body: SnapdRequest['body']): boolean =>
  body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);

/** Whether an answer's body comes in pieces and may never end. */
export const isStream = (body: ReplyBody): body is AsyncIterable<Uint8Array> =>
  typeof body !== 'string' && !(body instanceof Uint8Array);

/** A whole body as bytes. */
export const bytesOf = (body: string | Uint8Array): Uint8Array =>
  typeof body === 'string' ? Buffer.from(body, 'utf8') : body;

/** An answer's body in pieces. */
export async function* piecesOf(body: ReplyBody): AsyncGenerator<Uint8Array> {
  if (isStream(body)) yield* body;
  else yield await Promise.resolve(bytesOf(body));
}

/**
 * An answer's body as text.
 * @returns undefined when it is longer than `maxBytes`
 */
export async function textWithin(body: ReplyBody, maxBytes = Infinity): Promise<string | undefined> {
  if (typeof body === 'string') return Buffer.byteLength(body) > maxBytes ? undefined : body;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of piecesOf(body)) {
    size += piece.byteLength;
    if (size > maxBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
