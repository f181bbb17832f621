import { valueAt } from '../conf/document';
import type { Device } from '../device/device';
import { versionOf } from '../device/version';
import { goJson, quote } from '../go-text';
import { ApiError, badRequest, sync, type Reply } from '../http/envelope';
import { decodeObject, stringListField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import { activeConnections } from '../interfaces/connections';
import { snapInfo } from '../snaps/local-snaps';

export const SNAPCTL_ROUTES: RouteTable = [['/v2/snapctl', { read: 'snap', write: 'snap', POST: postSnapctl }]];

type Command = (device: Device, snap: string, args: readonly string[]) => string;

/** What a snap may ask about itself outside of a hook; changing commands need a hook's context and are not simulated. */
const COMMANDS: Readonly<Record<string, Command>> = {
  get: (device, snap, keys) => {
    const values = keys.map((key) => valueAt(device.conf.get(snap) ?? {}, key));
    if (values.length === 1) return typeof values[0] === 'string' ? `${values[0]}\n` : `${goJson(values[0] ?? '')}\n`;
    return `${goJson(Object.fromEntries(keys.map((key, at) => [key, values[at]])))}\n`;
  },
  'is-connected': (device, snap, [name = '']) => {
    const connected = activeConnections(device).some(
      ({ plug, slot }) => (plug.snap === snap && plug.name === name) || (slot.snap === snap && slot.name === name),
    );
    if (!connected) throw unsuccessful(1, '');
    return '';
  },
  services: (device, snap) => {
    const installed = device.snaps.get(snap);
    const services = (snapInfo(device, snap)?.apps ?? []).filter((app) => app.daemon !== undefined);
    const lines = services.map(({ name }) => {
      const state = (set: Set<string> | undefined, on: string, off: string): string => (set?.has(name) ? off : on);
      return `${snap}.${name}  ${state(installed?.disabled, 'enabled', 'disabled')}  ${state(installed?.stopped, 'active', 'inactive')}  -`;
    });
    return `${['Service  Startup  Current  Notes', ...lines].join('\n')}\n`;
  },
  'system-mode': (device) => `system-mode: ${device.mode}\n`,
  version: (device) => `snapd ${versionOf(device)}\n`,
};

/** Commands that snaps may use without being root (§9). */
const FOR_EVERYONE: ReadonlySet<string> = new Set([
  'get',
  'services',
  'set-health',
  'is-connected',
  'system-mode',
  'refresh',
  'model',
  'version',
  'is-ready',
  'tasks',
  'change',
]);

/** POST /v2/snapctl: over the snaps' socket only. A command that fails is an error with status 200 (§1.4 unsuccessful). */
function postSnapctl(device: Device, request: ApiRequest): Reply {
  const [name = '', ...args] = stringListField(decodeObject(request, 'cannot decode snapctl request'), 'args');
  if (name === '') throw badRequest('snapctl cannot run without args');
  const command = COMMANDS[name];
  if (request.uid !== 0 && !FOR_EVERYONE.has(name)) {
    throw new ApiError(403, `cannot use ${quote(name)} with uid ${request.uid}, try with sudo`, 'login-required');
  }
  if (!command) throw unsuccessful(1, `error: Unknown command \`${name}'\n`);
  return sync({ stdout: command(device, request.snap ?? '', args), stderr: '' });
}

function unsuccessful(code: number, stderr: string): ApiError {
  const value = { stdout: '', stderr, 'exit-code': code };
  return new ApiError(200, `unsuccessful with exit code: ${code}`, 'unsuccessful', value);
}
