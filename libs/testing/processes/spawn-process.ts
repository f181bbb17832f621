import { spawn, type ChildProcess } from 'node:child_process';
import { OutputBuffer } from './output-buffer';

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SpawnOptions {
  /** The whole environment but PATH: what the tests' own process knows stays outside. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Flags of node itself, such as `--require <preload>`. */
  readonly nodeArgs?: readonly string[];
  readonly cwd?: string;
}

export interface SpawnedProcess {
  readonly pid: number;
  /** Resolves when the process is gone, however it ended. */
  readonly exited: Promise<ProcessExit>;
  isRunning(): boolean;
  /** The last of what it printed on stdout and stderr. */
  output(): string;
  /**
   * Waits until it has printed the text or a match.
   * @throws when it ends first or `timeoutMs` pass, with its output
   */
  ready(line: string | RegExp, timeoutMs?: number): Promise<void>;
  /** Sends the signal (SIGTERM) and waits for the end. Idempotent. */
  kill(signal?: NodeJS.Signals): Promise<ProcessExit>;
}

const OUTPUT_KEPT = 256 * 1024;
const READY_TIMEOUT_MS = 20_000;
const running = new Set<SpawnedProcess>();

/** Runs a JavaScript file in a Node process of its own. Call `killAll` in `afterAll`. */
export function spawnProcess(file: string, options: SpawnOptions = {}): SpawnedProcess {
  const { env = {}, args = [], nodeArgs = [], cwd } = options;
  const child = spawn(process.execPath, [...nodeArgs, file, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = new OutputBuffer(OUTPUT_KEPT);
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (data) => output.append(data));
  const spawned = wrap(file, child, output);
  running.add(spawned);
  void spawned.exited.then(() => running.delete(spawned));
  return spawned;
}

/** Ends at once, without asking, everything this test file spawned and did not end itself. */
export async function killAll(): Promise<void> {
  await Promise.all([...running].map((spawned) => spawned.kill('SIGKILL')));
}

function wrap(file: string, child: ChildProcess, output: OutputBuffer): SpawnedProcess {
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => {
      output.append(String(error));
      resolve({ code: null, signal: null });
    });
  });
  const isRunning = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? -1,
    exited,
    isRunning,
    output: () => output.text(),
    ready: (line, timeoutMs = READY_TIMEOUT_MS) => waitForLine(file, { output, exited }, line, timeoutMs),
    kill: (signal = 'SIGTERM') => {
      if (isRunning()) child.kill(signal);
      return exited;
    },
  };
}

function waitForLine(
  file: string,
  { output, exited }: { output: OutputBuffer; exited: Promise<ProcessExit> },
  line: string | RegExp,
  timeoutMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      settle();
      reject(new Error(`cannot see ${String(line)} from ${file}: ${reason}\n${output.text()}`));
    };
    const look = (): void => {
      const text = output.text();
      if (typeof line === 'string' ? !text.includes(line) : !line.test(text)) return;
      settle();
      resolve();
    };
    const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
    const unsubscribe = output.onAppend(look);
    const settle = (): void => {
      clearTimeout(timer);
      unsubscribe();
    };
    void exited.then(({ code, signal }) => fail(`it ended with ${code ?? signal}`));
    look();
  });
}
