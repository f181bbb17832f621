import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { SnapdClient, unixSocketTransport } from '@corefleet/snapd-client';
import { endAll, forkRole, nextMessage } from '../process/child';
import { print, printRatio, rates } from '../print';
import { median } from '../statistics';
import { bareGet, clientGet, secondsFor, type Get } from './requests';
import { measureTransfer, type Transfer } from './transfer';
import type { StandInSettings } from './snapd-stand-in';

const RUNS = 3;
/** Requests of one run, and of one slice of it. */
const COUNT = 20_000;
const SLICE = 1_000;
const IN_FLIGHT = [1, 8];
const GIGABYTE = 1_000_000_000;

/** The snapd client beside bare `http.request`, and its memory under large transfers. */
export async function benchClient(): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'corefleet-bench-'));
  const socket = path.join(directory, 'snapd.socket');
  try {
    const standIn = forkRole('snapd-stand-in', { socket, exportBytes: GIGABYTE } satisfies StandInSettings);
    await nextMessage(standIn);
    print('machine', `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
    print('server', 'node:http on a unix socket, a process of its own');
    print('requests', `GET /v2/warnings, ${RUNS} runs of ${COUNT}, in turn by ${SLICE}, over 8 kept-alive connections`);
    for (const inFlight of IN_FLIGHT) await compare(socket, inFlight);
    const file = sparseFile(path.join(directory, 'large.snap'));
    printTransfer('sideload', await measureTransfer({ socket, what: 'sideload', file }));
    printTransfer('snapshot export', await measureTransfer({ socket, what: 'export', file }));
    printTransfer('the same, bare', await measureTransfer({ socket, what: 'bare-export', file }));
  } finally {
    await endAll();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function compare(socket: string, inFlight: number): Promise<void> {
  const client = new SnapdClient(unixSocketTransport(socket));
  const bare = bareGet(socket);
  const roads = [bare.get, clientGet(client)] as const;
  await inTurn(roads, inFlight); // warms up
  const runs: [number, number][] = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await inTurn(roads, inFlight));
  bare.close();
  client.close();
  const [bareRates, clientRates] = [runs.map(([rate]) => rate), runs.map(([, rate]) => rate)];
  print(`http.request, ${inFlight} in flight`, `${rates(bareRates)} requests/s`);
  print(`client, ${inFlight} in flight`, `${rates(clientRates)} requests/s`);
  printRatio('client / http.request', median(runs.map(([of, is]) => is / of)), 'at least 0.8');
}

/** One run of both roads, a slice of each in turn, so that neither has the quieter machine. @returns requests a second */
async function inTurn(roads: readonly [Get, Get], inFlight: number): Promise<[number, number]> {
  const seconds: [number, number] = [0, 0];
  for (let done = 0; done < COUNT; done += SLICE) {
    for (const road of [0, 1] as const) seconds[road] += await secondsFor({ count: SLICE, inFlight }, roads[road]);
  }
  return [COUNT / seconds[0], COUNT / seconds[1]];
}

/** A gigabyte that takes no room on the disk. */
function sparseFile(file: string): string {
  writeFileSync(file, '');
  truncateSync(file, GIGABYTE);
  return file;
}

function printTransfer(name: string, { sizeBytes, seconds, beforeKiB, peakKiB }: Transfer): void {
  if (sizeBytes < GIGABYTE) throw new Error(`cannot judge: of ${GIGABYTE} bytes of the ${name} ${sizeBytes} arrived`);
  const added = ((peakKiB - beforeKiB) / 1024).toFixed(1);
  const rate = (sizeBytes / 1_000_000 / seconds).toFixed(0);
  print(name, `${sizeBytes} bytes in ${seconds.toFixed(1)} s, ${rate} MB/s`);
  print(
    `${name}, memory`,
    `${added} MiB added, ${peakKiB} KiB at the highest beside ${beforeKiB} KiB (less than 32 MiB)`,
  );
}
