import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { startBundle } from '../process/child';
import type { BenchConfig } from '../process/settings';

const ADMIN = { username: 'bench', password: 'bench-of-the-road' };

export type Part = 'api' | 'gateway' | 'worker' | 'signer';

export interface Server {
  readonly url: string;
  readonly token: string;
  /** Where the gateway listens. */
  readonly gatewayUrl: string;
  readonly parts: Readonly<Record<Part, ChildProcess>>;
}

/** Of worker and signer, as docker-compose.yml bounds them. */
const HEAP = { NODE_OPTIONS: '--max-old-space-size=256' };

/**
 * Starts the production shape, one process of each, and logs the first admin in by the one-time link.
 * @param settings of every process, over the defaults
 */
export async function startServer(config: BenchConfig, settings: Record<string, string> = {}): Promise<Server> {
  const start = (part: Part, env: Record<string, string>, ready: RegExp) =>
    startPart(config, part, { ...settings, ...env }, ready);
  const { COREFLEET_SIGNER_KEY_FILE, COREFLEET_AUDIT_KEY_FILE, COREFLEET_CHECKPOINTS_DIR } = config;
  const signer = await start(
    'signer',
    {
      ...{ COREFLEET_DATABASE_URL: config.COREFLEET_SIGNER_DATABASE_URL, COREFLEET_SIGNER_KEY_FILE },
      ...{ COREFLEET_AUDIT_KEY_FILE, COREFLEET_CHECKPOINTS_DIR, ...HEAP },
    },
    /^signer ready/m,
  );
  const worker = await start(
    'worker',
    { COREFLEET_DATABASE_URL: config.COREFLEET_WORKER_DATABASE_URL, ...HEAP },
    /^worker ready/m,
  );
  const gateway = await startGateway(config, settings);
  const apiEnv = {
    COREFLEET_DATABASE_URL: config.COREFLEET_API_DATABASE_URL,
    COREFLEET_GATEWAY_URL: gateway.url,
  };
  const api = await start('api', apiEnv, /\/setup#(\S+)[\s\S]*^api ready on (\S+)$/m);
  const [, setupToken, url = ''] = api.match;
  await post(url, undefined, '/v1/setup', { token: setupToken, ...ADMIN });
  const { token } = await post<{ token: string }>(url, undefined, '/v1/login', ADMIN);
  const parts = { api: api.child, gateway: gateway.child, worker: worker.child, signer: signer.child };
  return { url, token, gatewayUrl: gateway.url, parts };
}

/** Starts one gateway, at the port of the settings where they name one. */
export async function startGateway(
  config: BenchConfig,
  settings: Record<string, string> = {},
): Promise<{ child: ChildProcess; url: string }> {
  const env = { COREFLEET_DATABASE_URL: config.COREFLEET_GATEWAY_DATABASE_URL, ...settings };
  const { child, match } = await startPart(config, 'gateway', env, /^gateway ready on (\S+)$/m);
  return { child, url: match[1] ?? '' };
}

function startPart(config: BenchConfig, part: Part, env: Record<string, string>, ready: RegExp) {
  const { COREFLEET_REDIS_URL, COREFLEET_ARTIFACTS_DIR } = config;
  const common = { COREFLEET_REDIS_URL, COREFLEET_ARTIFACTS_DIR, COREFLEET_LOG_LEVEL: 'warn', COREFLEET_PORT: '0' };
  return startBundle(path.resolve('dist', `${part}.cjs`), { ...common, ...env }, ready);
}

/** @throws Error with the problem's detail for an answer that is not 2xx */
export async function post<T>(url: string, token: string | undefined, route: string, body: object): Promise<T> {
  const response = await fetch(url + route, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`cannot POST ${route}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
