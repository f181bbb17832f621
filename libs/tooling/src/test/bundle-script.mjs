import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { inCache, inRoot, root } from '../paths.mjs';

/**
 * Makes one runnable file of a TypeScript entry that uses the project's libs.
 * @param entry path from the project's root
 * @returns the file's path
 */
export async function bundleScript(entry, name) {
  const { build } = await import('esbuild');
  const outfile = inCache('test', `${name}.cjs`);
  mkdirSync(path.dirname(outfile), { recursive: true });
  await build({
    entryPoints: [inRoot(entry)],
    outfile,
    absWorkingDir: root,
    tsconfig: inRoot('tsconfig.json'), // gives the path aliases
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    logLevel: 'error',
  });
  return outfile;
}
