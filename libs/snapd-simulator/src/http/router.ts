import type { Device } from '../device/device';
import { ApiError, notFound, render, type HttpReply, type Maintenance, type Reply } from './envelope';
import { formatTime } from '../go-time';
import type { ApiRequest } from './request';
import { ROUTES, type Access, type Handler, type Route } from './routes';

const METHODS: ReadonlySet<string> = new Set(['GET', 'PUT', 'POST']);

/** Answers one request: route, method, access, handler, envelope. Work it starts begins before it resolves. */
export async function handle(device: Device, request: ApiRequest): Promise<HttpReply> {
  const reply = await replyTo(device, request);
  const rendered = render(reply, { maintenance: maintenanceOf(device), warnings: warningsOf(device) });
  device.runner.ensure();
  return rendered;
}

async function replyTo(device: Device, request: ApiRequest): Promise<Reply> {
  try {
    const { handler, params } = routed(request);
    return await handler(device, { ...request, params });
  } catch (error) {
    if (error instanceof BareError) return { ...error.toReply(), bare: true } as Reply;
    if (error instanceof ApiError) return error.toReply();
    throw error;
  }
}

/** An error served before the envelope's decorators: never with maintenance (§1.2). */
class BareError extends ApiError {}

function routed(request: ApiRequest): { handler: Handler; params: Record<string, string> } {
  const found = findRoute(request.path);
  if (!found) throw new BareError(404, notFound('not found').message);
  const handler = METHODS.has(request.method) ? found.route[request.method as 'GET' | 'PUT' | 'POST'] : undefined;
  if (!handler) throw new BareError(405, `method ${JSON.stringify(request.method)} not allowed`);
  checkAccess(request.method === 'GET' ? found.route.read : found.route.write, request.uid);
  return { handler, params: found.params };
}

// §10.5: no polkit here, so an authenticated endpoint is root's.
function checkAccess(access: Access, uid: number): void {
  if (access === 'open' || uid === 0) return;
  throw new BareError(access === 'root' ? 403 : 401, 'access denied', 'login-required');
}

function findRoute(path: string): { route: Route; params: Record<string, string> } | undefined {
  const exact = ROUTES.get(path);
  if (exact) return { route: exact, params: {} };
  const parts = path.split('/');
  for (const [pattern, route] of ROUTES) {
    const params = matchPattern(pattern, parts);
    if (params) return { route, params };
  }
  return undefined;
}

function matchPattern(pattern: string, parts: readonly string[]): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  if (wanted.length !== parts.length || !pattern.includes('{')) return undefined;
  const params: Record<string, string> = {};
  for (const [at, want] of wanted.entries()) {
    const part = parts[at] ?? '';
    if (want.startsWith('{') && part !== '') params[want.slice(1, -1)] = decodeURIComponent(part);
    else if (want !== part) return undefined;
  }
  return params;
}

const maintenanceOf = (device: Device): Maintenance | undefined => device.power.maintenance;

function warningsOf(device: Device): { count: number; timestamp: string } | undefined {
  const newest = device.warnings.at(-1);
  return newest && { count: device.warnings.length, timestamp: formatTime(newest.addedNs) };
}
