import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { canConnect, freePort, waitUntil } from '../sockets.mjs';
import { lockDataDirectory } from './data-lock.mjs';
import { postgresBinaries } from './postgres-binaries.mjs';
import { dataDirectoryAddress, ensureCluster, serverEnvironment } from './postgres-cluster.mjs';
import { keptPassword, randomPassword } from './secrets.mjs';
import { startServer } from './server-process.mjs';
import { unprivilegedIds } from './unprivileged.mjs';

const START_TIMEOUT_MS = 60_000;
const SETTINGS = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 200 };
/** For tests alone: what a crash of the machine destroys, it destroys. */
const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * Starts PostgreSQL from npm's prebuilt binaries on 127.0.0.1, with passwords; also as root, which it drops.
 * @param dataDir kept between starts, its password beside it in `passwordFile`; without it the server is thrown away
 * @param durable false turns fsync off (tests only)
 * @returns `{port, pid, adminUrl, url(database, user?, password?), exited, stop()}`; `exited` resolves when it is gone, `stop`
 *   disconnects everybody and is idempotent
 */
export async function startPostgres({ dataDir, port, durable = true, passwordFile } = {}) {
  const directory = dataDir ? path.resolve(dataDir) : mkdtempSync(path.join(os.tmpdir(), 'corefleet-pg-'));
  const password = dataDir ? keptPassword(passwordFile ?? `${directory}.password`) : randomPassword();
  const ids = unprivilegedIds();
  const binaries = postgresBinaries(ids);
  const lock = await lockDataDirectory(directory, { name: 'postgres', signal: 'SIGINT' });
  ensureCluster(directory, { binaries, ids, password, durable });

  const listenPort = port ?? (await freePort());
  const server = startCluster(directory, listenPort, { binaries, ids, durable });
  lock.record(server.child, listenPort);
  const url = (database, user = 'postgres', secret = password) =>
    `postgresql://${user}:${encodeURIComponent(secret)}@127.0.0.1:${listenPort}/${database}`;
  const stop = async () => {
    if (server.isRunning()) server.child.kill('SIGINT'); // fast shutdown: rolls back, disconnects, flushes
    await server.exited;
    lock.release();
    if (!dataDir) rmSync(directory, { recursive: true, force: true });
  };
  await untilReady(server, listenPort).catch(async (error) => {
    await stop();
    throw error;
  });
  return { port: listenPort, pid: server.child.pid, adminUrl: url('postgres'), url, exited: server.exited, stop };
}

function startCluster(directory, port, { binaries, ids, durable }) {
  const { argument, cwd } = dataDirectoryAddress(directory, ids);
  const settings = Object.entries({ ...SETTINGS, ...(durable ? {} : NOT_DURABLE) });
  const args = ['-D', argument, '-p', String(port), ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const options = { ...ids, cwd, env: serverEnvironment(), killSignal: 'SIGQUIT' };
  return startServer(path.join(binaries, 'postgres'), args, options);
}

async function untilReady(server, port) {
  const announced = () => server.output().includes('ready to accept connections');
  const ready = async () => !server.isRunning() || (announced() && (await canConnect(port)));
  const inTime = await waitUntil(ready, { timeoutMs: START_TIMEOUT_MS });
  if (inTime && server.isRunning()) return;
  throw new Error(`cannot start PostgreSQL: ${server.output().trim()}`);
}
