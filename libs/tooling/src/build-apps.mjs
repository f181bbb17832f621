import path from 'node:path';
import { APPS, bundle, hasApp } from './bundle.mjs';
import { root } from './paths.mjs';

/** The names of the apps whose source is there. */
export const presentApps = () => Object.keys(APPS).filter(hasApp);

/** Bundles the apps one after the other and says what each became. @throws at the first that cannot be built */
export async function buildApps(apps) {
  for (const app of apps) {
    const { file, sizeBytes, built } = await bundle(app);
    const size = `${(sizeBytes / 1024).toFixed(0)} KiB`;
    process.stdout.write(`${path.relative(root, file)} ${size}${built ? '' : ' (unchanged)'}\n`);
  }
}
