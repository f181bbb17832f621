import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '../road/server';

/** Requests a second, open loop: one that takes long delays no other. */
const PER_SECOND = 20;

/** Whether the load goes on. */
type GoesOn = () => boolean;

/**
 * What people ask of the API meanwhile: a page of devices and one device in turn.
 * @returns milliseconds of each request
 * @throws when one was not answered with 200
 */
export async function apiLatencies(server: Server, deviceIds: readonly string[], goesOn: GoesOn): Promise<number[]> {
  const startedAt = performance.now();
  const samples: number[] = [];
  const failures: unknown[] = [];
  const running: Promise<unknown>[] = [];
  for (let at = 0; goesOn(); at += 1) {
    const dueInMs = startedAt + (at * 1000) / PER_SECOND - performance.now();
    if (dueInMs > 0) await sleep(dueInMs);
    const route = at % 2 === 0 ? '/v1/devices?limit=50' : `/v1/devices/${deviceIds[(at * 7919) % deviceIds.length]}`;
    const asked = ask(server, route).then((ms) => samples.push(ms));
    running.push(asked.catch((error: unknown) => failures.push(error)));
  }
  await Promise.all(running);
  if (failures.length > 0)
    throw new Error(`cannot judge: ${failures.length} of ${running.length} requests failed`, { cause: failures[0] });
  return samples;
}

async function ask({ url, token }: Server, route: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(url + route, { headers: { authorization: `Bearer ${token}` } });
  await answer.text();
  if (answer.status !== 200) throw new Error(`GET ${route} was answered with ${answer.status}`);
  return performance.now() - startedAt;
}
