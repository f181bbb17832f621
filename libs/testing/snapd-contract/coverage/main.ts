import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AreaResults } from '../results';
import { rows } from '../rows';
import { coverageOf, gapsOf, isRun, SUBJECTS, type SubjectColumn } from './coverage';
import { pageOf, type Versions } from './page';

/**
 * coverage RUN_DIR PAGE [--write]: checks the results of a run, and where every snapd was in it, the page made of them.
 * Prints the gaps. Ends with 1 for them, with 2 when the page in the tree is another one, with 3 when it was written anew.
 */
async function main(runDir = '', pageFile = '', option?: string): Promise<number> {
  const results = await readResults(path.join(runDir, 'results'));
  const coverage = coverageOf(rows, results);
  const gaps = gapsOf(coverage);
  for (const gap of gaps) process.stdout.write(`${gap}\n`);
  const subjects = new Set(results.map(({ subject }) => subject));
  const whole = (Object.keys(SUBJECTS) as SubjectColumn[]).every((column) => isRun(column, subjects));
  if (gaps.length > 0) return 1;
  if (!whole) return 0;
  const page = pageOf(coverage, versionsOf(results));
  const kept = existsSync(pageFile) ? await readFile(pageFile, 'utf8') : '';
  if (kept === page) return 0;
  if (option !== '--write') return 2;
  await writeFile(pageFile, page);
  return 3;
}

async function readResults(dir: string): Promise<AreaResults[]> {
  const names = await readdir(dir, { recursive: true });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (name) => JSON.parse(await readFile(path.join(dir, name), 'utf8')) as AreaResults),
  );
}

/** `real 2.77.1 (forky)`: upstream's version, for Debian's own suffix changes without a change of snapd. */
function versionsOf(results: readonly AreaResults[]): Versions {
  const real = (suite: string): string => {
    const version = results.find(({ subject }) => subject === suite)?.version ?? '';
    return `real ${version.split(/[-+]/)[0]} (${suite})`;
  };
  return { simulator: 'simulator', 'real 2.68': real('trixie'), 'real 2.77': real('forky') };
}

main(...process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 70; // sysexits.h EX_SOFTWARE
  },
);
