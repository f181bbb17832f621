// node libs/tooling/src/build.mjs APP : bundles one app into dist/APP.cjs
import { ensureInstalled } from './install.mjs';

await ensureInstalled();
const { generateClient } = await import('./database.mjs');
const { buildApps } = await import('./build-apps.mjs');
await generateClient();
await buildApps(process.argv.slice(2));
