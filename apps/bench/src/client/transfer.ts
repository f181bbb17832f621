import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { SnapdClient, unixSocketTransport } from '@corefleet/snapd-client';
import { end, forkRole, nextMessage } from '../process/child';
import { forgetPeak, peakKiB, residentKiB } from '../process/resident';

/** One large transfer in a process of its own. */
export interface TransferSettings {
  readonly socket: string;
  readonly what: 'sideload' | 'export' | 'bare-export';
  /** The file that a sideload sends. */
  readonly file: string;
}

/** What a transfer took. */
export interface Transfer {
  /** Bytes that came to their end: of a sideload as the server counted them, with the form around the file. */
  readonly sizeBytes: number;
  readonly seconds: number;
  /** Resident memory before the transfer, and the highest while it lasted. */
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

const SMALL_READS = 2_000;
const SETTLE_MS = 3_000;

/** The process of one transfer. Small reads come first, as in any client that has been there for a while. */
export async function runTransfer(settings: TransferSettings): Promise<void> {
  const { socket, what } = settings;
  const client = new SnapdClient(unixSocketTransport(socket));
  for (let read = 0; read < SMALL_READS; read += 1) await client.warnings.list();
  await sleep(SETTLE_MS);
  forgetPeak(process.pid);
  const beforeKiB = residentKiB(process.pid);
  const startedAt = performance.now();
  const sizeBytes = await transfers[what](client, settings);
  const seconds = (performance.now() - startedAt) / 1000;
  client.close();
  process.send?.({ sizeBytes, seconds, beforeKiB, peakKiB: peakKiB(process.pid) } satisfies Transfer);
}

/** Each returns how many bytes came to their end. */
const transfers: Record<TransferSettings['what'], (client: SnapdClient, of: TransferSettings) => Promise<number>> = {
  sideload: async (client, { file }) => {
    const { result } = await client.sideload.install([{ path: file }], { dangerous: true });
    return (result as { sizeBytes: number }).sizeBytes;
  },
  export: async (client) => sizeOf((await client.snapshots.export(1)).content),
  'bare-export': async (_client, { socket }) => {
    const [answer] = (await once(
      request({ socketPath: socket, path: '/v2/snapshots/1/export' }).end(),
      'response',
    )) as [IncomingMessage];
    return sizeOf(answer);
  },
};

async function sizeOf(content: AsyncIterable<Uint8Array>): Promise<number> {
  let sizeBytes = 0;
  for await (const piece of content) sizeBytes += piece.byteLength;
  return sizeBytes;
}
