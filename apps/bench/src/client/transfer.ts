import { readFileSync } from 'node:fs';
import { SnapdClient, unixSocketTransport } from '@corefleet/snapd-client';
import { end, forkRole, nextMessage } from '../process/child';

/** One large transfer in a process of its own. */
export interface TransferSettings {
  readonly socket: string;
  readonly what: 'sideload' | 'export';
  /** The file that a sideload sends. */
  readonly file: string;
}

/** What a transfer took. */
export interface Transfer {
  /** Bytes that came to their end: of a sideload as the server counted them, with the form around the file. */
  readonly sizeBytes: number;
  readonly seconds: number;
  /** Resident memory before the transfer, and its highest since the process began. */
  readonly beforeKiB: number;
  readonly peakKiB: number;
}

/** Runs a transfer in a new process. */
export async function measureTransfer(settings: TransferSettings): Promise<Transfer> {
  const child = forkRole('client-transfer', settings);
  const transfer = await nextMessage<Transfer>(child);
  await end(child);
  return transfer;
}

/** The process of one transfer. A small read comes first: what the code itself needs is no matter of the transfer. */
export async function runTransfer({ socket, what, file }: TransferSettings): Promise<void> {
  const client = new SnapdClient(unixSocketTransport(socket));
  await client.warnings.list();
  const beforeKiB = memoryKiB('VmRSS');
  const startedAt = performance.now();
  const sizeBytes = what === 'sideload' ? await sideload(client, file) : await exportAll(client);
  const seconds = (performance.now() - startedAt) / 1000;
  client.close();
  process.send?.({ sizeBytes, seconds, beforeKiB, peakKiB: memoryKiB('VmHWM') } satisfies Transfer);
}

async function sideload(client: SnapdClient, path: string): Promise<number> {
  const { result } = await client.sideload.install([{ path }], { dangerous: true });
  return (result as { sizeBytes: number }).sizeBytes;
}

async function exportAll(client: SnapdClient): Promise<number> {
  let sizeBytes = 0;
  for await (const piece of (await client.snapshots.export(1)).content) sizeBytes += piece.byteLength;
  return sizeBytes;
}

function memoryKiB(field: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]);
}
