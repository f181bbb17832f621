import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { debianPackages } from './debian-packages';
import { defaultCacheDir } from './lab-files';
import { runTool, ToolError } from './run-tool';

const tools = ['mksquashfs', 'unsquashfs'];

/** Where squashfs-tools are: in `binDir`, or already on PATH when there is none. */
export interface Squashfs {
  binDir?: string;
}

/**
 * Finds mksquashfs and unsquashfs on the machine, else unpacks the machine's own release of them (no root, nothing installed).
 * @throws SnapdUnavailableError when the packages cannot be had
 */
export async function findSquashfs(cacheDir = defaultCacheDir()): Promise<Squashfs> {
  if (await onThisMachine()) return {};
  const debs = await debianPackages({ suite: 'host', names: ['squashfs-tools', 'liblzo2-2'], cacheDir });
  const unpacked = path.join(cacheDir, path.basename(debs[0] ?? 'squashfs-tools', '.deb'));
  if (!existsSync(unpacked)) await unpackTogether(debs, unpacked);
  return { binDir: path.join(unpacked, 'bin') };
}

/** Unpacks beside the place and renames, so that a second process never sees half of it. */
async function unpackTogether(debs: readonly string[], target: string): Promise<void> {
  const fresh = await mkdtemp(`${target}-`);
  for (const deb of debs) await runTool('dpkg-deb', ['-x', deb, fresh]);
  await writeWrappers(fresh);
  try {
    await rename(fresh, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
    await rm(fresh, { recursive: true }); // the other one was first
  }
}

/** The tools with their library beside them. snapd cleans LD_LIBRARY_PATH out of what it runs, so it is set at the last moment. */
async function writeWrappers(unpacked: string): Promise<void> {
  const library = path.relative(unpacked, await libraryDir(unpacked));
  await mkdir(path.join(unpacked, 'bin'));
  for (const tool of tools) {
    const script = `#!/bin/sh\ntop=$(dirname "$0")/..\nLD_LIBRARY_PATH=$top/${library} exec "$top/usr/bin/${tool}" "$@"\n`;
    await writeFile(path.join(unpacked, 'bin', tool), script, { mode: 0o755 });
  }
}

async function onThisMachine(): Promise<boolean> {
  for (const tool of tools) {
    try {
      await runTool(tool, ['-version']);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      // some releases end `-version` with 1; a tool that cannot be started, or lacks a library (127), is not there
      if (error.exitCode !== 1) return false;
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

/** PATH with `mksquashfs` and `unsquashfs` on it. */
export function pathWithSquashfs(squashfs: Squashfs, searchPath = '/usr/sbin:/usr/bin:/sbin:/bin'): string {
  return squashfs.binDir === undefined ? searchPath : `${squashfs.binDir}:${searchPath}`;
}
