/** A process that has started. */
export interface Running {
  /** Where it listens, when it does. */
  readonly url?: string;
  /** Ends it in order; called once. */
  close(): Promise<void>;
}

/** How long an orderly end may take before the process leaves anyway. */
const CLOSE_TIMEOUT_MS = 15_000;

/**
 * The frame of every server process: prints `<name> ready[ on <url>]` once it has started, ends in order on SIGTERM or
 * SIGINT, and with a plain sentence and code 1 when it cannot start.
 */
export function runProcess(name: string, start: () => Promise<Running>): void {
  start().then(
    (running) => {
      process.stdout.write(`${name} ready${running.url ? ` on ${running.url}` : ''}\n`);
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end(name, running));
    },
    (error: unknown) => leave(name, error),
  );
}

function end(name: string, running: Running): void {
  setTimeout(() => leave(name, new Error(`cannot end within ${CLOSE_TIMEOUT_MS} ms`)), CLOSE_TIMEOUT_MS).unref();
  running.close().then(
    () => process.exit(0),
    (error: unknown) => leave(name, error),
  );
}

function leave(name: string, error: unknown): void {
  process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
