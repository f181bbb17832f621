import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { bundle } from '../bundle.mjs';
import { root } from '../paths.mjs';
import { ended } from '../run.mjs';

const STOP_TIMEOUT_MS = 15_000;

/**
 * Starts a bundled app and waits for its line `<app> ready[ on <url>]`. Other lines are passed to `onLine`.
 * @returns `{url, exit}`: where it listens, and a promise of how it ended
 * @throws when it ends before it is ready; what it printed on stderr has been passed on
 */
export async function startApp(cleanup, app, { env, onLine = () => undefined }) {
  const { file } = await bundle(app);
  const child = spawn(process.execPath, [file], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true, // Ctrl-C reaches it through cleanup alone, in order
  });
  const exit = ended(child);
  cleanup.add(app, () => stop(child, exit));
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = line.match(new RegExp(`^${app} ready(?: on (\\S+))?$`));
      if (ready) resolve(ready[1]);
      else onLine(line);
    });
    exit.then((code) => reject(new Error(`cannot start ${app}: it ended with ${code}`)), reject);
  });
  return { url, exit };
}

async function stop(child, exit) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exit;
  clearTimeout(timer);
}

/** The environment of apps/standalone over these stores. */
export const standaloneEnvironment = ({ redisUrl, roleUrls }) => ({
  COREFLEET_REDIS_URL: redisUrl,
  COREFLEET_API_DATABASE_URL: roleUrls.corefleet_api,
  COREFLEET_GATEWAY_DATABASE_URL: roleUrls.corefleet_gateway,
  COREFLEET_WORKER_DATABASE_URL: roleUrls.corefleet_worker,
  COREFLEET_SIGNER_DATABASE_URL: roleUrls.corefleet_signer,
});
