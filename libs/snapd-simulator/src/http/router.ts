import { posix } from 'node:path';
import type { Device } from '../device/device';
import { isBefore } from '../device/version';
import { BareError, checkAccess } from './access';
import { ApiError, render, type HttpReply, type Maintenance, type Reply } from './envelope';
import { formatTime } from '../go-time';
import { warningSummary } from '../warnings/warnings';
import type { ApiRequest } from './request';
import { ROUTES, type Handler, type Route } from './routes';

const METHODS: ReadonlySet<string> = new Set(['GET', 'PUT', 'POST']);

/** Answers one request: route, method, access, handler, envelope. Work it starts begins before it resolves. */
export async function handle(device: Device, request: ApiRequest): Promise<HttpReply> {
  const reply = await replyTo(device, request);
  const rendered = render(reply, { maintenance: maintenanceOf(device), warnings: warningsOf(device) });
  device.runner.ensure();
  return request.method === 'HEAD' ? { ...rendered, body: '' } : rendered;
}

async function replyTo(device: Device, request: ApiRequest): Promise<Reply> {
  try {
    const path = decoded(request.path);
    if (path === undefined)
      return { type: 'raw', contentType: 'text/plain; charset=utf-8', status: 400, body: '400 Bad Request' };
    const moved = cleanPath(path);
    if (moved !== undefined) return { type: 'redirect', location: moved };
    return await routed(device, request, path)(device, request);
  } catch (error) {
    if (error instanceof BareError) return { ...error.toReply(), bare: true } as Reply;
    if (error instanceof ApiError) return error.toReply();
    throw error;
  }
}

function routed(device: Device, request: ApiRequest, path: string): Handler {
  const found = findRoute(path);
  if (!found || isTooNew(device, found.route.since)) throw new BareError(404, 'not found');
  const missing =
    !METHODS.has(request.method) || (request.method === 'POST' && isTooNew(device, found.route.postSince));
  const handler = missing ? undefined : found.route[request.method as 'GET' | 'PUT' | 'POST'];
  if (!handler) throw new BareError(405, `method ${JSON.stringify(request.method)} not allowed`);
  checkAccess(device, request.method === 'GET' ? found.route.read : found.route.write, request);
  request.params = found.params;
  return handler;
}

const isTooNew = (device: Device, since: string | undefined): boolean => since !== undefined && isBefore(device, since);

/** The path as Go's router sees it; undefined when its escapes are wrong. */
function decoded(path: string): string | undefined {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** No segment is empty or begins with a dot: most are so, and need no closer look. */
const CLEAN = /^(?:\/[^/.][^/]*)+$/;

/** Where Go's router sends a path with empty, `.` or `..` segments; undefined when it is clean already (§1.1). */
function cleanPath(path: string): string | undefined {
  if (CLEAN.test(path)) return undefined;
  const slash = path.endsWith('/') && path !== '/' ? '/' : '';
  const clean = posix.normalize(`/${path}`).replace(/\/$/, '') + slash;
  return clean === path || path === '/' ? undefined : clean;
}

function findRoute(path: string): { route: Route; params: Record<string, string> } | undefined {
  const exact = ROUTES.get(path);
  if (exact) return { route: exact, params: {} };
  const parts = path.split('/');
  for (const { wanted, route } of PATTERNS[parts.length] ?? []) {
    const params = matchPattern(wanted, parts);
    if (params) return { route, params };
  }
  return undefined;
}

interface Pattern {
  readonly wanted: readonly string[];
  readonly route: Route;
}

/** Routes with parameters, by how many parts their paths have. */
const PATTERNS: (Pattern[] | undefined)[] = [];
for (const [pattern, route] of ROUTES) {
  const wanted = pattern.split('/');
  if (pattern.includes('{')) (PATTERNS[wanted.length] ??= []).push({ wanted, route });
}

function matchPattern(wanted: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [at, want] of wanted.entries()) {
    const part = parts[at] ?? '';
    if (want.startsWith('{') && part !== '') params[want.slice(1, -1)] = part;
    else if (want !== part) return undefined;
  }
  return params;
}

const maintenanceOf = (device: Device): Maintenance | undefined => device.power.maintenance;

function warningsOf(device: Device): { count: number; timestamp: string } | undefined {
  const summary = warningSummary(device);
  return summary && { count: summary.count, timestamp: formatTime(summary.newestNs) };
}
