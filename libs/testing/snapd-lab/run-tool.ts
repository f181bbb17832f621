import { execFile } from 'node:child_process';

export interface ToolOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
}

/** A command line tool is missing (`exitCode` is 'ENOENT') or ended with a failure. */
export class ToolError extends Error {
  readonly code = 'tool-failed';
  override readonly name = 'ToolError';

  constructor(
    readonly tool: string,
    readonly exitCode: number | string,
    readonly stderr: string,
    cause: unknown,
  ) {
    const detail = exitCode === 'ENOENT' ? 'it is not installed' : stderr.trim() || `exit ${exitCode}`;
    super(`cannot run ${tool}: ${detail}`, { cause });
  }
}

/**
 * Runs a command line tool to its end.
 * @returns what it wrote to standard output
 * @throws ToolError when the tool is missing, fails or exceeds `timeoutMs` (default 5 minutes)
 */
export function runTool(tool: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  const { cwd, env, timeoutMs = 300_000 } = options;
  return new Promise((resolve, reject) => {
    execFile(tool, args, { cwd, env, timeout: timeoutMs, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      if (error) reject(new ToolError(tool, error.code ?? error.signal ?? 'unknown', stderr, error));
      else resolve(stdout);
    });
  });
}
