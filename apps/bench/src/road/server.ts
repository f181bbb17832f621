import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { startBundle } from '../process/child';
import type { BenchConfig } from '../process/settings';

const ADMIN = { username: 'bench', password: 'bench-of-the-road' };

export type Part = 'api' | 'gateway' | 'worker' | 'signer';

export interface Server {
  readonly url: string;
  readonly token: string;
  readonly parts: Readonly<Record<Part, ChildProcess>>;
}

/**
 * Starts the production shape, one process of each, and logs the first admin in by the one-time link.
 * @param settings of every process, over the defaults
 */
export async function startServer(config: BenchConfig, settings: Record<string, string> = {}): Promise<Server> {
  const { COREFLEET_REDIS_URL, COREFLEET_ARTIFACTS_DIR } = config;
  const stores = { COREFLEET_REDIS_URL, COREFLEET_ARTIFACTS_DIR };
  const common = { ...stores, COREFLEET_LOG_LEVEL: 'warn', COREFLEET_PORT: '0', ...settings };
  const start = (part: Part, env: Record<string, string>, ready: RegExp) =>
    startBundle(path.resolve('dist', `${part}.cjs`), { ...common, ...env }, ready);
  const { COREFLEET_SIGNER_KEY_FILE } = config;
  const signer = await start(
    'signer',
    { COREFLEET_DATABASE_URL: config.COREFLEET_SIGNER_DATABASE_URL, COREFLEET_SIGNER_KEY_FILE },
    /^signer ready/m,
  );
  const worker = await start(
    'worker',
    { COREFLEET_DATABASE_URL: config.COREFLEET_WORKER_DATABASE_URL },
    /^worker ready/m,
  );
  const gatewayEnv = { COREFLEET_DATABASE_URL: config.COREFLEET_GATEWAY_DATABASE_URL };
  const gateway = await start('gateway', gatewayEnv, /^gateway ready on (\S+)$/m);
  const apiEnv = {
    COREFLEET_DATABASE_URL: config.COREFLEET_API_DATABASE_URL,
    COREFLEET_GATEWAY_URL: gateway.match[1] ?? '',
  };
  const api = await start('api', apiEnv, /\/setup#(\S+)[\s\S]*^api ready on (\S+)$/m);
  const [, setupToken, url = ''] = api.match;
  await post(url, undefined, '/v1/setup', { token: setupToken, ...ADMIN });
  const { token } = await post<{ token: string }>(url, undefined, '/v1/login', ADMIN);
  const parts = { api: api.child, gateway: gateway.child, worker: worker.child, signer: signer.child };
  return { url, token, parts };
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
