import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from './errors';

const goneCodes = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/** The ids of all processes that inherited this lab's global root: snapd, its hooks, its stand-ins. */
export async function labProcesses(root: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    if ((await environmentOf(name)).includes(`SNAPPY_GLOBAL_ROOT=${root}`)) found.push(Number(name));
  }
  return found;
}

async function environmentOf(pid: string): Promise<string[]> {
  try {
    return (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
  } catch (error) {
    // it ended meanwhile, or belongs to somebody else
    if (goneCodes.has(codeOf(error))) return [];
    throw error;
  }
}

/** Ends whatever still runs of the lab at `root`; returns when nothing is left. Safe to call again. */
export async function endLabProcesses(root: string): Promise<void> {
  for (let left = await labProcesses(root); left.length > 0; left = await labProcesses(root)) {
    for (const pid of left) kill(pid);
    await sleep(20);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
