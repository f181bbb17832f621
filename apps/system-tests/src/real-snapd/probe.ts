import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SnapdUnavailableError, startSnapd } from '@corefleet/testing/snapd-lab';

/** sysexits.h EX_TEMPFAIL: Debian's packages cannot be had here and now. */
const UNAVAILABLE = 75;

/** Starts the snapd of a suite once, prints its version and stops it. */
async function probe(suite: string | undefined): Promise<void> {
  if (suite !== 'trixie' && suite !== 'forky') throw new Error(`cannot probe suite ${suite ?? 'without a name'}`);
  const dir = await mkdtemp(path.join(tmpdir(), 'corefleet-probe-'));
  try {
    const lab = await startSnapd({ suite, dir: path.join(dir, 'lab') });
    await lab.stop();
    process.stdout.write(`${lab.version}\n`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

probe(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof SnapdUnavailableError ? UNAVAILABLE : 1;
});
