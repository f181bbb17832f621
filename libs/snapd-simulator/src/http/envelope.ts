import { STATUS_CODES } from 'node:http';
import { goJson } from '../go-text';

/** What a handler answers, before the envelope is put around it (§1.3). */
export type Reply =
  | { type: 'sync'; result: unknown; extra?: Record<string, unknown> }
  | { type: 'async'; result: unknown; change: string }
  | { type: 'error'; status: number; result: ErrorResult; bare?: boolean }
  | { type: 'raw'; contentType: string; body: ReplyBody; headers?: Record<string, string>; status?: number }
  | { type: 'redirect'; location: string };

/** Text, bytes, or bytes as they come. */
export type ReplyBody = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface ErrorResult {
  message: string;
  kind?: string;
  value?: unknown;
}

export interface Maintenance {
  message: string;
  kind: 'daemon-restart' | 'system-restart';
  value?: { op: string };
}

/** A whole HTTP answer of the simulated daemon. */
export interface HttpReply {
  status: number;
  headers: Record<string, string>;
  body: ReplyBody;
}

export const sync = (result: unknown, extra?: Record<string, unknown>): Reply => ({ type: 'sync', result, extra });
export const accepted = (change: number, result: unknown = null): Reply => ({
  type: 'async',
  result,
  change: String(change),
});

/** An answer that is an error; thrown anywhere below a handler and rendered by the router. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly kind?: string,
    readonly value?: unknown,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  toReply(): Reply {
    const result: ErrorResult = { message: this.message };
    if (this.kind !== undefined) result.kind = this.kind;
    if (this.value !== undefined) result.value = this.value;
    return { type: 'error', status: this.status, result };
  }
}

export const badRequest = (message: string, kind?: string, value?: unknown): ApiError =>
  new ApiError(400, message, kind, value);
export const notFound = (message: string, kind?: string, value?: unknown): ApiError =>
  new ApiError(404, message, kind, value);

export interface Decorations {
  maintenance?: Maintenance;
  warnings?: { count: number; timestamp: string };
}

/** Renders a reply with the envelope's fields in snapd's order; errors carry maintenance but no warnings (§10.8). */
export function render(reply: Reply, decorations: Decorations): HttpReply {
  if (reply.type === 'raw') {
    return {
      status: reply.status ?? 200,
      headers: { 'content-type': reply.contentType, ...reply.headers },
      body: reply.body,
    };
  }
  if (reply.type === 'redirect') return { status: 301, headers: { location: reply.location }, body: '' };
  const status = statusOf(reply);
  const body: Record<string, unknown> = {
    type: reply.type,
    'status-code': status,
    status: STATUS_CODES[status] ?? '',
    result: reply.result,
  };
  if (reply.type === 'async') body.change = reply.change;
  if (reply.type === 'sync') Object.assign(body, reply.extra);
  if (decorations.warnings && reply.type !== 'error') {
    body['warning-timestamp'] = decorations.warnings.timestamp;
    body['warning-count'] = decorations.warnings.count;
  }
  const bare = reply.type === 'error' && reply.bare;
  if (decorations.maintenance && !bare) body.maintenance = decorations.maintenance;
  return { status, headers: { 'content-type': 'application/json' }, body: goJson(body) };
}

function statusOf(reply: Exclude<Reply, { type: 'raw' | 'redirect' }>): number {
  if (reply.type === 'sync') return 200;
  return reply.type === 'async' ? 202 : reply.status;
}
