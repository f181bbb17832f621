/**
 * Things to stop in the reverse order of their start: what uses a store is started after it and stops before it.
 * @returns `{add(name, stop), stopAll()}`; `stopAll` runs every stop once, even when one fails, and is idempotent
 */
export function createCleanup() {
  const stops = [];
  let stopping;
  const run = async () => {
    for (const { name, stop } of stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        process.stderr.write(`cannot stop ${name}: ${error.stack ?? error}\n`);
        process.exitCode = 1;
      }
    }
  };
  return { add: (name, stop) => stops.push({ name, stop }), stopAll: () => (stopping ??= run()) };
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** Runs `work(cleanup)` and cleans up however it ends: value, error, Ctrl-C or a polite kill. */
export async function withCleanup(work) {
  const cleanup = createCleanup();
  for (const [signal, code] of Object.entries(EXIT_CODES)) {
    process.on(signal, () => void cleanup.stopAll().then(() => process.exit(code)));
  }
  try {
    return await work(cleanup);
  } finally {
    await cleanup.stopAll();
  }
}
