import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startPostgres } from './postgres.mjs';

/**
 * A throw-away, durable PostgreSQL that is started again when it dies, on the same data and at the same port: tests may kill it.
 * @returns `{adminUrl, url(database, user?, password?), stop()}`, as of `startPostgres`
 */
export async function startRestartingPostgres() {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'corefleet-pg-'));
  const kept = { dataDir: path.join(directory, 'data'), passwordFile: path.join(directory, 'password') };
  let current = await startPostgres(kept);
  const { port, adminUrl, url } = current;
  let stopping = false;
  const keepUp = async () => {
    for (;;) {
      await current.exited;
      if (stopping) return;
      current = await startPostgres({ ...kept, port });
      if (stopping) await current.stop();
    }
  };
  const keptUp = keepUp();
  const stop = async () => {
    stopping = true;
    await current.stop();
    await keptUp;
    rmSync(directory, { recursive: true, force: true });
  };
  return { adminUrl, url, stop };
}
