import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { waitUntil } from '../sockets.mjs';

const STOP_TIMEOUT_MS = 20_000;

/**
 * Makes sure one start at a time uses a data directory. A server whose starter was killed is stopped first; one whose
 * starter lives is an error.
 * @param server `{name, signal}`: how the server's command line begins and what ends it cleanly
 * @returns `{record(child, port), release()}`
 */
export async function lockDataDirectory(directory, server) {
  const file = `${directory}.lock`;
  const previous = readLock(file);
  if (previous && isAlive(previous.starterPid) && previous.starterPid !== process.pid && isServer(previous, server)) {
    throw new Error(`cannot start ${server.name}: ${directory} is in use by process ${previous.starterPid}`);
  }
  if (previous && isServer(previous, server)) await stopOrphan(previous, server, directory);
  return {
    record: (child, port) =>
      writeFileSync(file, JSON.stringify({ starterPid: process.pid, serverPid: child.pid, port }), { mode: 0o600 }),
    release: () => rmSync(file, { force: true }),
  };
}

function readLock(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // cut short by a crash: then nothing was started under it
  }
}

async function stopOrphan(previous, server, directory) {
  process.stderr.write(`Stopping the ${server.name} an earlier start left behind (process ${previous.serverPid})\n`);
  process.kill(previous.serverPid, server.signal);
  if (await waitUntil(() => !isAlive(previous.serverPid), { timeoutMs: STOP_TIMEOUT_MS })) return;
  throw new Error(`cannot start ${server.name}: process ${previous.serverPid} still uses ${directory}`);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Numbers of processes are used again: believe one only when its command line names the server and its port. */
function isServer({ serverPid, port }, { name }) {
  if (!isAlive(serverPid)) return false;
  const line = commandLine(serverPid);
  return line.includes(name) && line.includes(String(port));
}

function commandLine(pid) {
  const file = `/proc/${pid}/cmdline`;
  if (existsSync(file)) return readFileSync(file, 'utf8').replaceAll('\0', ' ');
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return ''; // ps exits 1 when there is no such process
  }
}
