import { spawn } from 'node:child_process';
import { root } from './paths.mjs';
import { ended } from './run.mjs';

const STOP_TIMEOUT_MS = 10_000;

/**
 * Runs a command in the root folder with its output passed on. In a process group of its own, so that whatever it started
 * itself ends with it.
 * @param cleanup ends it when the caller is interrupted
 * @returns its exit code, or the signal that ended it
 */
export async function runChild(cleanup, command, args, { env = process.env, stdin = 'ignore', ownGroup = true } = {}) {
  const child = spawn(command, args, { cwd: root, env, stdio: [stdin, 'inherit', 'inherit'], detached: ownGroup });
  const exit = ended(child);
  const signal = (name) => (ownGroup ? signalGroup(child.pid, name) : child.kill(name));
  cleanup.add(command, () => stopChild(child, exit, signal));
  const code = await exit;
  if (ownGroup) signalGroup(child.pid, 'SIGKILL'); // what it left behind
  return code;
}

async function stopChild(child, exit, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  signal('SIGTERM');
  const timer = setTimeout(() => signal('SIGKILL'), STOP_TIMEOUT_MS);
  await exit;
  clearTimeout(timer);
}

function signalGroup(pid, name) {
  try {
    process.kill(-pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // ESRCH: nobody is left in the group
  }
}
