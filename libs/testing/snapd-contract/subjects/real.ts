import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { tmpdir } from 'node:os';
import { unixSocketTransport } from '@corefleet/snapd-client';
import { copyLab, startSnapd, type SnapdSuite } from '@corefleet/testing/snapd-lab';
import { asNobody, mayBeNobody } from './nobody';
import { preparedLab } from './prepared-lab';
import type { Backend, Peer } from './subject';

/**
 * A real snapd with the first snaps of the lab installed: a copy of one lab that was prepared
 * once for the whole run, so that each file of specs has a device of its own.
 */
export async function startReal(suite: SnapdSuite): Promise<Backend> {
  const prepared = await preparedLab(suite);
  const dir = await mkdtemp(path.join(tmpdir(), 'contract-'));
  await chmod(dir, 0o755); // nobody has to reach the socket
  await copyLab(prepared.dir, path.join(dir, 'lab'));
  const lab = await startSnapd({ suite, dir: path.join(dir, 'lab') });
  const snapSocket = path.join(path.dirname(lab.socketPath), 'snapd-snap.socket');
  return {
    version: lab.version,
    rootDir: lab.rootDir,
    hasNobody: mayBeNobody(),
    connect: (peer: Peer) => {
      if (peer === 'nobody') return asNobody(lab.socketPath);
      return unixSocketTransport(peer === 'snap' ? snapSocket : lab.socketPath);
    },
    bootId: async () => (await readFile(lab.bootIdFile, 'utf8')).trim(),
    restartDaemon: () => lab.restartDaemon(),
    throughReboot: async (ask) => {
      const starts = lab.starts();
      const answer = await ask();
      await lab.answersAgain(starts);
      return answer;
    },
    cookie: async (snap) =>
      (await readFile(path.join(lab.rootDir, `var/lib/snapd/cookie/snap.${snap}`), 'utf8')).trim(),
    stop: async () => {
      await lab.stop();
      await rm(dir, { recursive: true, force: true });
      await prepared.release();
    },
  };
}
