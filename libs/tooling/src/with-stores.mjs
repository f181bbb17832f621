// node libs/tooling/src/with-stores.mjs COMMAND [ARGUMENT...]
// Runs a command with a throw-away, migrated Postgres and a Redis, told to it as COREFLEET_TEST_*.
import { runChild } from './children.mjs';
import { withCleanup } from './cleanup.mjs';
import { ensureInstalled } from './install.mjs';

const [command, ...args] = process.argv.slice(2);
if (!command) throw new Error('cannot run nothing: usage is with-stores.mjs COMMAND [ARGUMENT...]');
await ensureInstalled();

process.exitCode = await withCleanup(async (cleanup) => {
  const { generateClient } = await import('./database.mjs');
  const { startTestStores } = await import('./test-stores.mjs');
  await generateClient();
  const env = { ...process.env, ...(await startTestStores(cleanup)) };
  const interactive = process.stdin.isTTY === true; // the terminal reads for the group in front only
  const exit = await runChild(cleanup, command, args, { env, stdin: 'inherit', ownGroup: !interactive });
  return typeof exit === 'number' ? exit : 1;
});
