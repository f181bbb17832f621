import type { HttpReply } from './envelope';

const KINDS: readonly ((reply: HttpReply) => Partial<HttpReply>)[] = [
  () => ({ body: '<html><body>502 Bad Gateway</body></html>', headers: { 'content-type': 'text/html' }, status: 502 }),
  ({ body }) => ({ body: typeof body === 'string' ? body.slice(0, Math.floor(body.length / 2)) : '' }),
  () => ({ body: '' }),
  () => ({ body: '{"type":"sync","status-code":"two hundred","result":[null' }),
  () => ({ body: '[]' }),
  () => ({ body: '\u0000\u0001\ufffdnot json at all' }),
];

/** An answer no snapd gives; the kinds take turns by `turn`. */
export function garbage(turn: number, reply: HttpReply): HttpReply {
  const kind = KINDS[turn % KINDS.length];
  return { ...reply, ...kind?.(reply) };
}
