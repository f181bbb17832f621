import { Agent, request as httpRequest } from 'node:http';
import type { SnapdClient } from '@corefleet/snapd-client';

/** How many requests one measurement makes, and how many are under way at a time. */
export interface Requests {
  readonly count: number;
  readonly inFlight: number;
}

/** One request and the reading of its answer. */
export type Get = () => Promise<unknown>;

/** Seconds that the requests take, each begun when one before it has ended. */
export async function secondsFor({ count, inFlight }: Requests, get: Get): Promise<number> {
  let left = count;
  const inTurn = async (): Promise<void> => {
    while (left-- > 0) await get();
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: inFlight }, inTurn));
  return (performance.now() - startedAt) / 1000;
}

/** The client's read of pending warnings: a small answer, its envelope checked. */
export const clientGet =
  (client: SnapdClient): Get =>
  () =>
    client.warnings.list();

/** The same request as node makes it: over kept-alive connections as many as the client's, the body read as text. */
export function bareGet(socketPath: string): { get: () => Promise<string>; close: () => void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 8, maxFreeSockets: 8 });
  const options = { socketPath, path: '/v2/warnings', agent, headers: { host: 'localhost' } };
  const get = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(options, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.once('end', () => resolve(Buffer.concat(pieces).toString('utf8')));
        response.once('error', reject);
      });
      request.once('error', reject);
      request.end();
    });
  return { get, close: () => agent.destroy() };
}
