/** A process that has started. */
export interface Running {
  /** Where it listens, when it does. */
  readonly url?: string;
  /** Ends it in order; called once. */
  close(): Promise<void>;
  /** How long that may take before the process leaves anyway; 15 s unless said. */
  readonly closeWithinMs?: number;
}

const CLOSE_WITHIN_MS = 15_000;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * The frame of every server process: prints `<name> ready[ on <url>]` once it has started, ends in order on SIGTERM or
 * SIGINT, at once on a second signal, and with a plain sentence and code 1 when it cannot start.
 */
export function runProcess(name: string, start: () => Promise<Running>): void {
  start().then(
    (running) => {
      process.stdout.write(`${name} ready${running.url ? ` on ${running.url}` : ''}\n`);
      const onSignal = (): void => {
        for (const signal of SIGNALS) process.off(signal, onSignal); // the next one has its default effect
        end(name, running);
      };
      for (const signal of SIGNALS) process.on(signal, onSignal);
    },
    (error: unknown) => leave(name, error),
  );
}

function end(name: string, running: Running): void {
  const { closeWithinMs = CLOSE_WITHIN_MS } = running;
  setTimeout(() => leave(name, new Error(`cannot end within ${closeWithinMs} ms`)), closeWithinMs).unref();
  running.close().then(
    () => process.exit(0),
    (error: unknown) => leave(name, error),
  );
}

function leave(name: string, error: unknown): void {
  process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
