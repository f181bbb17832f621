import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { simulatedDevice, simulatedStore } from '@corefleet/apps/simulator';
import type { ChildProcess } from 'node:child_process';
import { end, endAll, startBundle } from '../process/child';
import { forgetPeak, peakKiB, residentKiB } from '../process/resident';
import type { BenchConfig } from '../process/settings';
import { post, startServer, type Server } from '../road/server';
import { BigSnapd, generated, generatedDigest } from './big-snapd';

const SIZE_BYTES = 1_000_000_000;
const MIB = 1024 * 1024;
/** What a file of that size may add to the agent's memory. */
const LIMIT_MIB = 32;
const SETTLE_MS = 5_000;

interface Command {
  readonly status: string;
  readonly message: string | null;
  readonly result: unknown;
  readonly finishedAt: string | null;
}

/**
 * A sideload and a snapshot export of 1 GB through the agent's own process and a whole server: what either adds to the
 * memory of an agent that was idle since its start, and how fast it is. Ends with 1 when it is over the limit.
 */
export async function benchAgentFiles(config: BenchConfig): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'corefleet-bench-'));
  try {
    const server = await startServer(config);
    const [simulated, socket] = [path.join(directory, 'simulated.socket'), path.join(directory, 'snapd.socket')];
    const listening = await simulatedDevice(simulatedStore(), 'files', { taskMs: 0, rebootMs: 1 }).listen(simulated);
    const snapd = new BigSnapd(socket, simulated, SIZE_BYTES);
    await snapd.listen();
    const start = await agentStarter(server, directory, socket);
    const file = await upload(server);
    const sideload = await measure(server, await start(), 'sideload', { file });
    if (snapd.swallowedBytes < SIZE_BYTES) throw new Error(`cannot go on: snapd got ${snapd.swallowedBytes} bytes`);
    const exported = await measure(server, await start(), 'read-snapshot-export', { id: 1 });
    const { sha256 } = exported.result as { sha256?: string };
    if (sha256 !== file.sha256) throw new Error(`cannot go on: the export is ${JSON.stringify(exported.result)}`);
    for (const one of [sideload, exported]) print(one);
    if (Math.max(sideload.addedMiB, exported.addedMiB) >= LIMIT_MIB) process.exitCode = 1;
    await snapd.close();
    await listening.close();
  } finally {
    await endAll();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @returns starts the device's agent, and resolves once its first reads are done */
async function agentStarter(
  { url, token }: Server,
  directory: string,
  socket: string,
): Promise<() => Promise<ChildProcess>> {
  const body = { name: 'bench', labels: {}, maxUses: 1, expiresInSeconds: 3600 };
  const { token: enrolmentToken } = await post<{ token: string }>(url, token, '/v1/enrolment-tokens', body);
  const env = {
    COREFLEET_SERVER: url,
    COREFLEET_ENROLMENT_TOKEN: enrolmentToken,
    COREFLEET_STATE_DIR: path.join(directory, 'agent'),
    COREFLEET_SNAPD_SOCKET: socket,
  };
  return async () => {
    const { child } = await startBundle(path.resolve('dist/agent.cjs'), env, /Linked/);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return child;
  };
}

async function upload({ url, token }: Server): Promise<{ sha256: string; size: number; name: string }> {
  const sha256 = generatedDigest(SIZE_BYTES);
  const answer = await fetch(`${url}/v1/artifacts?name=big_1.snap&sha256=${sha256}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: Readable.toWeb(Readable.from(generated(SIZE_BYTES))) as ReadableStream,
    duplex: 'half',
  } as RequestInit);
  if (!answer.ok) throw new Error(`cannot upload: ${answer.status} ${await answer.text()}`);
  return { sha256, size: SIZE_BYTES, name: 'big_1.snap' };
}

interface Measured {
  readonly operation: string;
  readonly beforeMiB: number;
  readonly addedMiB: number;
  readonly seconds: number;
  readonly result: unknown;
}

/** Orders the operation, waits for its end, and ends the agent. */
async function measure(server: Server, agent: ChildProcess, operation: string, parameters: object): Promise<Measured> {
  const { items } = await get<{ items: { id: string }[] }>(server, '/v1/devices');
  forgetPeak(agent.pid);
  const beforeKiB = residentKiB(agent.pid);
  const started = Date.now();
  const order = { deviceIds: items.map(({ id }) => id), operation, parameters };
  const { commands } = await post<{ commands: { id: string }[] }>(server.url, server.token, '/v1/commands', order);
  const { result } = await ended(server, commands[0]?.id ?? '');
  const seconds = (Date.now() - started) / 1000;
  const addedMiB = (peakKiB(agent.pid) - beforeKiB) / 1024;
  await end(agent);
  return { operation, beforeMiB: beforeKiB / 1024, addedMiB, seconds, result };
}

async function ended(server: Server, id: string): Promise<Command> {
  for (;;) {
    const command = await get<Command>(server, `/v1/commands/${id}`);
    if (command.status === 'succeeded') return command;
    if (command.finishedAt !== null) throw new Error(`cannot go on: it is ${command.status}: ${command.message}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function get<T>({ url, token }: Server, route: string): Promise<T> {
  const answer = await fetch(url + route, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`cannot GET ${route}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

function print({ operation, beforeMiB, addedMiB, seconds }: Measured): void {
  const rate = SIZE_BYTES / MIB / seconds;
  const name = `${operation}, 1 GB`.padEnd(32);
  console.log(`${name} adds ${addedMiB.toFixed(1)} MiB to ${beforeMiB.toFixed(1)} (below ${LIMIT_MIB})`);
  console.log(`${''.padEnd(32)} ${seconds.toFixed(1)} s, ${rate.toFixed(0)} MiB/s from order to verified`);
}
