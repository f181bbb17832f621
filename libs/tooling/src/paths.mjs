import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** A path in the house, from its root. */
export const inRoot = (...parts) => path.join(root, ...parts);

/** A path for things that can be made again at any time. */
export const inCache = (...parts) => path.join(root, '.cache', ...parts);
