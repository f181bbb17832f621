import { existsSync } from 'node:fs';
import path from 'node:path';

const marker = path.join('libs', 'testing', 'snapd-lab', 'stand-ins', 'launch');

/** The project's root: the nearest folder above this file (or, when bundled, above the working directory) with the lab in it. */
function projectRoot(): string {
  for (const start of [__dirname, process.cwd()]) {
    for (let dir = start; ; dir = path.dirname(dir)) {
      if (existsSync(path.join(dir, marker))) return dir;
      if (dir === path.dirname(dir)) break;
    }
  }
  throw new Error(`cannot find ${marker} above ${process.cwd()}: run from inside the project`);
}

/** The folder of the shell stand-ins (`systemctl`, `shutdown`, ...). */
export const standInsDir = (): string => path.join(projectRoot(), path.dirname(marker));

/** Where downloads are kept when the caller names no other place; ignored by git. */
export const defaultCacheDir = (): string => path.join(projectRoot(), '.cache', 'snapd-lab');
