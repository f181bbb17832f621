import { spawn } from 'node:child_process';
import { root } from './paths.mjs';

/** A command that ended with something else than 0. `output` is what it printed, when that was collected. */
export class CommandError extends Error {
  constructor(name, exit, output) {
    super(`cannot run ${name}: it ended with ${exit}${output ? `\n${output.trim()}` : ''}`);
    this.exit = exit;
    this.output = output;
  }
}

/**
 * Runs a command in the root folder and collects what it prints.
 * @returns its output, stdout and stderr together
 * @throws CommandError with the output when it does not end with 0
 */
export async function collect(command, args, { env = process.env, name = command } = {}) {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const exit = await ended(child);
  if (exit !== 0) throw new CommandError(name, exit, output);
  return output;
}

/** Resolves with a child's exit code, or the signal that ended it. @throws when it could not be started */
export function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}
