import { fork, spawn, type ChildProcess } from 'node:child_process';

const started = new Set<ChildProcess>();

/**
 * Starts this same bundle in another role, with a channel for messages.
 * @param execArgv options of the Node process itself
 */
export function forkRole(role: string, settings: object, execArgv: readonly string[] = []): ChildProcess {
  const child = fork(__filename, [role, JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [...execArgv],
  });
  return remember(child);
}

/** Starts a bundle of dist/ and waits for its line. @returns what the line's group matched */
export function startBundle(
  file: string,
  env: Record<string, string>,
  line: RegExp,
): Promise<{ child: ChildProcess; match: RegExpExecArray }> {
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  remember(child);
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const match = line.exec(output);
      if (match) resolve({ child, match });
    });
    child.once('close', (code) => reject(new Error(`cannot start ${file}: it ended with ${code}\n${output}`)));
  });
}

/** Sends a message and resolves with the next one that comes back. */
export function ask<T>(child: ChildProcess, message: object): Promise<T> {
  const answer = nextMessage<T>(child);
  child.send(message);
  return answer;
}

export function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('exit', (code) => reject(new Error(`cannot go on: a process of the benchmark ended with ${code}`)));
  });
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(timer);
}

/** Ends everything that is still there, the last started first. */
export async function endAll(): Promise<void> {
  for (const child of [...started].reverse()) await end(child);
}

function remember(child: ChildProcess): ChildProcess {
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}
