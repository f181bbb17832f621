import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SnapdClient, unixSocketTransport } from '@corefleet/snapd-client';
import { eventually } from '@corefleet/testing/processes';
import { codeOf, copyLab, startSnapd, type SnapdSuite } from '@corefleet/testing/snapd-lab';
import { INSTALLED, labFile } from './lab-files';

/** A stopped lab to copy. */
export interface PreparedLab {
  dir: string;
  /** Removes it, where it belongs to this file of specs alone. */
  release(): Promise<void>;
}

/** Set by the runs: a folder of this run, shared by its files of specs. */
const RUN_DIR = 'COREFLEET_TEST_CONTRACT_DIR';
const PREPARE_TIMEOUT_MS = 120_000;

/**
 * The lab with its first snaps sideloaded. Prepared once for a run: whoever comes first does it, the others wait for it.
 */
export async function preparedLab(suite: SnapdSuite): Promise<PreparedLab> {
  const runDir = process.env[RUN_DIR];
  if (!runDir) return preparedAlone(suite);
  const dir = path.join(runDir, `lab-${suite}`);
  await mkdir(runDir, { recursive: true });
  if (await isFirst(`${dir}.lock`)) await prepare(suite, dir);
  await eventually(() => existsSync(dir), {
    what: `the lab of ${suite} to be prepared`,
    timeoutMs: PREPARE_TIMEOUT_MS,
  });
  return { dir, release: () => Promise.resolve() };
}

async function preparedAlone(suite: SnapdSuite): Promise<PreparedLab> {
  const parent = await mkdtemp(path.join(tmpdir(), 'contract-lab-'));
  const dir = path.join(parent, 'lab');
  await prepare(suite, dir);
  return { dir, release: () => rm(parent, { recursive: true, force: true }) };
}

/** Making a folder is a step that only one process can have done. */
async function isFirst(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Runs it in a short folder, because a socket's path is short; `dir` is there when it is whole. */
async function prepare(suite: SnapdSuite, dir: string): Promise<void> {
  const work = await mkdtemp(path.join(tmpdir(), 'contract-prep-'));
  try {
    await installInto(path.join(work, 'lab'), suite);
    await copyLab(path.join(work, 'lab'), `${dir}.new`);
    await rename(`${dir}.new`, dir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function installInto(dir: string, suite: SnapdSuite): Promise<void> {
  const lab = await startSnapd({ suite, dir });
  const client = new SnapdClient(unixSocketTransport(lab.socketPath));
  try {
    for (const name of INSTALLED) {
      const { changeId } = await client.sideload.install([labFile(name)], { dangerous: true });
      const done = async (): Promise<boolean> => (await client.changes.get(changeId)).ready;
      await eventually(done, { what: `${name} to be installed`, timeoutMs: PREPARE_TIMEOUT_MS });
    }
  } finally {
    client.close();
    await lab.stop();
  }
}
