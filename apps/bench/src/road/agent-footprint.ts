import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { simulatedDevice, simulatedStore } from '@corefleet/apps/simulator';
import { end, startBundle } from '../process/child';
import { residentKiB } from '../process/resident';

export interface Footprint {
  readonly bundleBytes: number;
  readonly agentKiB: number;
  readonly bareKiB: number;
}

const SETTLE_MS = 10_000;

/** The agent's bundle, and its memory when it is linked and idle, beside a Node process that does nothing. */
export async function measureFootprint(server: string, enrolmentToken: string): Promise<Footprint> {
  const directory = mkdtempSync(path.join(tmpdir(), 'corefleet-bench-'));
  const bundle = path.resolve('dist/agent.cjs');
  const snapd = simulatedDevice(simulatedStore(), 'footprint', { taskMs: 0, rebootMs: 1 });
  const socket = path.join(directory, 'snapd.socket');
  const listening = await snapd.listen(socket);
  const env = {
    COREFLEET_SERVER: server,
    COREFLEET_ENROLMENT_TOKEN: enrolmentToken,
    COREFLEET_STATE_DIR: directory,
    COREFLEET_SNAPD_SOCKET: socket,
  };
  const agent = await startBundle(bundle, env, /Linked/);
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const [agentKiB, bareKiB] = [residentKiB(agent.child.pid), residentKiB(bare.pid)];
  await end(agent.child);
  await end(bare);
  await listening.close();
  rmSync(directory, { recursive: true, force: true });
  return { bundleBytes: statSync(bundle).size, agentKiB, bareKiB };
}
