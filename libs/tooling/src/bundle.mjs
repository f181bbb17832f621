import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inCache, inRoot, root } from './paths.mjs';

/** What can be built, and in which shape: `server` leaves packages outside, `device` and `command` are one small file with everything. */
export const APPS = {
  api: 'server',
  gateway: 'server',
  worker: 'server',
  signer: 'server',
  standalone: 'server',
  simulator: 'server',
  bench: 'server',
  agent: 'device',
  cli: 'command',
};

/** Importing a module of a lib does nothing by itself: one of which nothing is used is left out, tables and all. */
const unusedLeftOut = {
  name: 'unused-left-out',
  setup(build) {
    build.onResolve({ filter: /^(\.{1,2}\/|@corefleet\/)/ }, async ({ path: name, pluginData, ...args }) => {
      if (pluginData === unusedLeftOut) return undefined;
      const found = await build.resolve(name, { ...args, pluginData: unusedLeftOut });
      return found.path.startsWith(inRoot('libs')) ? { ...found, sideEffects: false } : found;
    });
  },
};

/** The link offers no compression, so the compressor of ws is never made: its name is all that the rest of ws asks for. */
const compressorLeftOut = {
  name: 'compressor-left-out',
  setup(build) {
    const contents = "exports.extensionName = 'permessage-deflate';";
    build.onLoad({ filter: /[\\/]ws[\\/]lib[\\/]permessage-deflate\.js$/ }, () => ({ contents, loader: 'js' }));
  },
};

const SHAPES = {
  server: { packages: 'external', sourcemap: 'linked', keepNames: true },
  device: {
    minify: true,
    legalComments: 'none',
    // ws would try to load two native packages, which the agent lives without: so it does not try, and nothing of it is kept
    define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
    // the client alone: the package's own entry brings a server along
    alias: { ws: inRoot('node_modules/ws/lib/websocket.js') },
    plugins: [unusedLeftOut, compressorLeftOut],
  },
  command: { minify: true, legalComments: 'none', plugins: [unusedLeftOut] },
};

/** Apps whose file is called as people call it. */
const CALLED = { cli: 'corefleet' };

const entryOf = (app) => inRoot('apps', app, 'src/main.ts');
const bundleOf = (app) => inRoot('dist', `${CALLED[app] ?? app}.cjs`);
const inputsOf = (app) => inCache('build', `${app}.json`);

/** Whether the app is there to build. */
export const hasApp = (app) => existsSync(entryOf(app));

/**
 * Bundles apps/<app>/src/main.ts into dist/<app>.cjs, unless the bundle is newer than all that went into it.
 * @returns `{file, sizeBytes, built}`
 * @throws esbuild's error, which names file and line
 */
export async function bundle(app) {
  if (!APPS[app]) throw new Error(`cannot build ${app}: the apps are ${Object.keys(APPS).join(', ')}`);
  const file = bundleOf(app);
  const built = !isFresh(app);
  if (built) await build(app, file);
  return { file, sizeBytes: statSync(file).size, built };
}

async function build(app, file) {
  const { build: esbuild } = await import('esbuild');
  const { swcPlugin } = await import('./swc-plugin.mjs');
  const { metafile, outputFiles } = await esbuild({
    entryPoints: [entryOf(app)],
    outfile: file,
    absWorkingDir: root,
    tsconfig: inRoot('tsconfig.json'), // gives the path aliases
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    metafile: true,
    write: false,
    logLevel: 'error',
    ...SHAPES[APPS[app]],
    plugins: [...(SHAPES[APPS[app]].plugins ?? []), swcPlugin],
  });
  for (const output of outputFiles)
    replaceFile(output.path, output.path === file ? withCheapNames(output.text) : output.contents);
  replaceFile(inputsOf(app), JSON.stringify(Object.keys(metafile.inputs)));
}

const NAMING = 'var __name = (target, value) => ';

/**
 * `keepNames` gives a function its name each time it is made, which cost processes full of closures a twentieth of their time.
 * Classes need theirs, for Nest and for logs; what has no prototype, as a closure, is left without.
 */
const withCheapNames = (text) => text.replace(NAMING, `${NAMING}!target.prototype ? target : `);

/** A reader sees the old file or the new one, never half of one. */
function replaceFile(file, contents) {
  mkdirSync(path.dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, contents);
  renameSync(fresh, file);
}

function isFresh(app) {
  if (!existsSync(bundleOf(app)) || !existsSync(inputsOf(app))) return false;
  const builtAt = statSync(bundleOf(app)).mtimeMs;
  const own = ['package-lock.json', 'tsconfig.json'].map((name) => inRoot(name)).concat(fileURLToPath(import.meta.url));
  const inputs = JSON.parse(readFileSync(inputsOf(app), 'utf8')).map((name) => path.resolve(root, name));
  return [...own, ...inputs].every((input) => existsSync(input) && statSync(input).mtimeMs < builtAt);
}
