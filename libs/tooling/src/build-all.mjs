// npm run build : bundles every app that is there into dist
import { ensureInstalled } from './install.mjs';

await ensureInstalled();
const { generateClient } = await import('./database.mjs');
const { buildApps, presentApps } = await import('./build-apps.mjs');
await generateClient();
await buildApps(presentApps());
