import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { debianPackages } from './debian-packages';
import { defaultCacheDir } from './lab-files';
import { runTool, ToolError } from './run-tool';

/** How to run squashfs-tools here: put `binDir` (when there is one) first on PATH and `env` into the environment. */
export interface Squashfs {
  binDir?: string;
  env: { LD_LIBRARY_PATH?: string };
}

/**
 * Finds mksquashfs and unsquashfs on the machine, else unpacks the machine's own release of them (no root, nothing installed).
 * @throws SnapdUnavailableError when the packages cannot be had
 */
export async function findSquashfs(cacheDir = defaultCacheDir()): Promise<Squashfs> {
  if (await onThisMachine()) return { env: {} };
  const debs = await debianPackages({ suite: 'host', names: ['squashfs-tools', 'liblzo2-2'], cacheDir });
  const unpacked = path.join(cacheDir, path.basename(debs[0] ?? 'squashfs-tools', '.deb'));
  await mkdir(unpacked, { recursive: true });
  for (const deb of debs) await runTool('dpkg-deb', ['-x', deb, unpacked]);
  return { binDir: path.join(unpacked, 'usr/bin'), env: { LD_LIBRARY_PATH: await libraryDir(unpacked) } };
}

async function onThisMachine(): Promise<boolean> {
  for (const tool of ['mksquashfs', 'unsquashfs']) {
    try {
      await runTool(tool, ['-version']);
    } catch (error) {
      // some releases end `-version` with 1; only a tool that is not there counts
      if (error instanceof ToolError && error.exitCode === 'ENOENT') return false;
      if (!(error instanceof ToolError) || error.exitCode !== 1) throw error;
    }
  }
  return true;
}

/** liblzo2's folder: usr/lib/<triplet> today, lib/<triplet> on releases before the merge of /usr. */
async function libraryDir(unpacked: string): Promise<string> {
  for (const top of ['usr/lib', 'lib'].map((dir) => path.join(unpacked, dir)).filter((dir) => existsSync(dir))) {
    for (const triplet of await readdir(top)) {
      const dir = path.join(top, triplet);
      if (existsSync(path.join(dir, 'liblzo2.so.2'))) return dir;
    }
  }
  throw new Error(`cannot find liblzo2.so.2 in ${unpacked}`);
}

/** The environment in which `mksquashfs` and `unsquashfs` are found. */
export function squashfsEnv(squashfs: Squashfs, base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const searchPath = squashfs.binDir === undefined ? base.PATH : `${squashfs.binDir}:${base.PATH ?? ''}`;
  return { ...base, ...squashfs.env, PATH: searchPath };
}
