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
    const sideload = await measure(server, await start(), 'sideload', () =>
      order(server, 'sideload', { files: [file] }),
    );
    if (snapd.swallowedBytes < SIZE_BYTES) throw new Error(`cannot go on: snapd got ${snapd.swallowedBytes} bytes`);
    const exported = await measure(server, await start(), 'snapshot export', () =>
      ask(server, '/v2/snapshots/1/export'),
    );
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
  readonly name: string;
  readonly beforeMiB: number;
  readonly addedMiB: number;
  readonly gatewayAddedMiB: number;
  readonly seconds: number;
  readonly result: unknown;
}

/** What the agent's memory does while it acts, and the gateway's. The agent ends then. */
async function measure(
  { parts: { gateway } }: Server,
  agent: ChildProcess,
  name: string,
  act: () => Promise<unknown>,
): Promise<Measured> {
  for (const { pid } of [agent, gateway]) forgetPeak(pid);
  const beforeKiB = residentKiB(agent.pid);
  const gatewayBeforeKiB = residentKiB(gateway.pid);
  const started = Date.now();
  const result = await act();
  const seconds = (Date.now() - started) / 1000;
  const addedMiB = (peakKiB(agent.pid) - beforeKiB) / 1024;
  const gatewayAddedMiB = (peakKiB(gateway.pid) - gatewayBeforeKiB) / 1024;
  await end(agent);
  return { name, beforeMiB: beforeKiB / 1024, addedMiB, gatewayAddedMiB, seconds, result };
}

/** Orders an operation. @returns its result, once it is verified */
async function order(server: Server, operation: string, parameters: object): Promise<unknown> {
  const body = { deviceIds: [await deviceId(server)], operation, parameters };
  const { commands } = await post<{ commands: { id: string }[] }>(server.url, server.token, '/v1/commands', body);
  return (await ended(server, commands[0]?.id ?? '')).result;
}

/** What a GET of the device's snapd answers. */
async function ask(server: Server, path: string): Promise<unknown> {
  const route = `/v1/devices/${await deviceId(server)}/snapd${path}`;
  return (await get<{ result: unknown }>(server, route)).result;
}

async function deviceId(server: Server): Promise<string> {
  const { items } = await get<{ items: { id: string }[] }>(server, '/v1/devices');
  return items[0]?.id ?? '';
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

function print({ name: what, beforeMiB, addedMiB, gatewayAddedMiB, seconds }: Measured): void {
  const rate = SIZE_BYTES / MIB / seconds;
  const name = `${what}, 1 GB`.padEnd(32);
  console.log(`${name} adds to the agent ${addedMiB.toFixed(1)} MiB (below ${LIMIT_MIB}) on ${beforeMiB.toFixed(1)}`);
  console.log(`${''.padEnd(32)} adds to the gateway ${gatewayAddedMiB.toFixed(1)} MiB`);
  console.log(`${''.padEnd(32)} ${seconds.toFixed(1)} s, ${rate.toFixed(0)} MiB/s from order to verified`);
}
