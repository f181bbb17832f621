#!/usr/bin/env node
// npm start: the server on embedded stores, kept in .corefleet/ between starts, without simulated devices.
import { withCleanup } from './cleanup.mjs';
import { generateClient } from './database.mjs';
import { ensureInstalled } from './install.mjs';
import { inRoot } from './paths.mjs';
import { prepareStores } from './server/stores.mjs';
import { standaloneEnvironment, startApp } from './server/standalone.mjs';

const directory = process.env.COREFLEET_STATE_DIR ?? inRoot('.corefleet');

try {
  process.exitCode = await withCleanup(async (cleanup) => {
    await ensureInstalled();
    await generateClient();
    const stores = await prepareStores(cleanup, directory);
    const env = {
      COREFLEET_ARTIFACTS_DIR: process.env.COREFLEET_ARTIFACTS_DIR ?? `${directory}/artifacts`,
      ...standaloneEnvironment(stores),
      COREFLEET_SIGNER_KEY_FILE: `${directory}/signer-key.pem`,
      COREFLEET_AUDIT_KEY_FILE: `${directory}/audit-key.pem`,
      COREFLEET_CHECKPOINTS_DIR: process.env.COREFLEET_CHECKPOINTS_DIR ?? `${directory}/checkpoints`,
    };
    const { url, exit } = await startApp(cleanup, 'standalone', { env, onLine: console.log });
    console.log(`Corefleet is up: API explorer at ${url}/explorer (Ctrl-C ends it; data is kept in ${directory})`);
    return (await exit) === 0 ? 0 : 1;
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
