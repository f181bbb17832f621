import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findNamespace } from '@corefleet/testing/snapd-lab';

/** A file system of a few pages, full when it is told to be. */
export interface TinyDisk {
  /** Where every process of this user reaches it. */
  readonly path: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives it back. */
  empty(): void;
  close(): Promise<void>;
}

const PAGE = Buffer.alloc(4096, 1);

/**
 * Mounts a tmpfs of `sizeKiB` in a namespace of its own, without root where user namespaces are allowed.
 * @returns undefined where nobody may mount
 */
export async function openTinyDisk(sizeKiB: number): Promise<TinyDisk | undefined> {
  const { command, ownMounts } = await findNamespace();
  if (!ownMounts) return undefined;
  const mountPoint = mkdtempSync(path.join(tmpdir(), 'corefleet-disk-'));
  const [tool = '', ...args] = command;
  // the mount lives as long as the process that waits for its standard input
  const script = `mount -t tmpfs -o size=${sizeKiB}k none "$0" && echo mounted && exec cat >/dev/null`;
  const holder = spawn(tool, [...args, 'sh', '-c', script, mountPoint], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(holder, 'close');
  await Promise.race([
    once(holder.stdout, 'data'),
    ended.then(() => Promise.reject(new Error('cannot mount a tiny disk'))),
  ]);
  const seen = path.join('/proc', String(holder.pid), 'root', mountPoint);
  const filler = path.join(seen, 'filler');
  return {
    path: seen,
    fill: () => fillUp(filler),
    empty: () => rmSync(filler),
    close: async () => {
      holder.stdin.end();
      await ended;
      rmSync(mountPoint, { recursive: true });
    },
  };
}

function fillUp(filler: string): void {
  for (;;) {
    try {
      appendFileSync(filler, PAGE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}
