import { existsSync } from 'node:fs';
import path from 'node:path';
import { SnapdLabError } from './errors';
import { runTool } from './run-tool';
import { writePasswd } from './unpack-snapd';

/**
 * Makes a second lab of a stopped one, with all its state: start it with `startSnapd({ dir: to })`. It then runs beside
 * the first and every other copy.
 * @throws SnapdLabError when `to` exists
 */
export async function copyLab(from: string, to: string): Promise<void> {
  if (existsSync(to)) throw new SnapdLabError(`cannot copy the lab ${from} to ${to}: it exists`);
  await runTool('cp', ['-a', '--reflink=auto', from, to]);
  await writePasswd(path.resolve(to)); // names root's home inside the lab
}
