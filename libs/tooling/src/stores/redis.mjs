import { mkdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { freePort, waitUntil } from '../sockets.mjs';
import { lockDataDirectory } from './data-lock.mjs';
import { findRedis } from './redis-server.mjs';
import { randomPassword } from './secrets.mjs';
import { startServer } from './server-process.mjs';

const START_TIMEOUT_MS = 20_000;

/**
 * Starts Redis on 127.0.0.1 with a password, `noeviction` as BullMQ asks, and with `dir` an append-only file flushed every
 * second; without it nothing is kept.
 * @param realOnly refuses the JavaScript stand-in (benchmarks)
 * @returns `{kind: 'server' | 'js', port, pid, url, stop()}`; `stop` is idempotent. Stop workers first: one whose Redis is
 *   gone never finishes closing
 */
export async function startRedis({ port, dir, password = randomPassword(), realOnly = false } = {}) {
  const found = findRedis({ realOnly });
  const directory = dir && path.resolve(dir);
  if (directory) mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = directory && (await lockDataDirectory(directory, { name: 'redis', signal: 'SIGTERM' }));

  const listenPort = port ?? (await freePort());
  // the configuration goes through stdin: on the command line everybody on the machine could read the password
  const input = configuration({ port: listenPort, password, directory });
  const server = startServer(found.command, found.args, { env: found.env, killSignal: 'SIGKILL', input });
  lock?.record(server.child, listenPort);
  const stop = async () => {
    if (server.isRunning()) server.child.kill('SIGTERM');
    await server.exited;
    lock?.release();
  };
  await untilReady(server, listenPort, password).catch(async (error) => {
    await stop();
    throw error;
  });
  const url = `redis://:${encodeURIComponent(password)}@127.0.0.1:${listenPort}`;
  return { kind: found.kind, port: listenPort, pid: server.child.pid, url, stop };
}

function configuration({ port, password, directory }) {
  const persistence = directory
    ? ['appendonly yes', 'appendfsync everysec', `dir ${JSON.stringify(directory)}`]
    : ['appendonly no', 'save ""'];
  const lines = [`port ${port}`, 'bind 127.0.0.1', `requirepass ${password}`, 'maxmemory-policy noeviction'];
  return [...lines, 'daemonize no', ...persistence, ''].join('\n');
}

async function untilReady(server, port, password) {
  const ready = async () => !server.isRunning() || (await answers(port, password));
  const inTime = await waitUntil(ready, { timeoutMs: START_TIMEOUT_MS, everyMs: 15 });
  if (inTime && server.isRunning()) return;
  throw new Error(`cannot start Redis: ${server.output().trim()}`);
}

/** Whether the server on the port takes our password: then it is ours, and past loading its data. */
function answers(port, password) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    let reply = '';
    const finish = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (data) => {
      reply += data;
      if (reply.includes('+PONG')) finish(true);
      else if (reply.split('\r\n').length > 2) finish(false);
    });
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}
