import { end, forkRole, nextMessage } from '../process/child';
import { freePort, inspectable } from '../process/garbage';
import { postAtRate, type Load } from '../road/load';
import { settledKiB } from './settled-memory';

export interface BareNumbers {
  readonly kiBPerConnection: number;
  /** Milliseconds from POST to answer, with all connections open. */
  readonly echoes: readonly number[];
}

/**
 * What the same connections cost a bare `ws` server that does nothing but echo: its memory for each of them while they
 * are idle, and the time of an HTTP POST that goes through one of them.
 * @param split how many connections each process of clients holds
 */
export async function measureBareServer(split: readonly number[], load: Load): Promise<BareNumbers> {
  const connections = split.reduce((sum, part) => sum + part, 0);
  const inspectPort = await freePort();
  const child = forkRole('echo-server', {}, inspectable(inspectPort));
  const { url } = await nextMessage<{ url: string }>(child);
  const emptyKiB = await settledKiB({ child, inspectPort });
  const clients = split.map((part) => forkRole('echo-clients', { url, clients: part }));
  await Promise.all(clients.map((each) => nextMessage(each)));
  const fullKiB = await settledKiB({ child, inspectPort });
  const echoes: number[] = [];
  await postAtRate(load, async (at) => {
    const startedAt = performance.now();
    const body = JSON.stringify({ client: (at * 7919) % connections, at });
    await (await fetch(url, { method: 'POST', body })).text();
    echoes.push(performance.now() - startedAt);
  });
  for (const each of [...clients, child]) await end(each);
  return { kiBPerConnection: (fullKiB - emptyKiB) / connections, echoes };
}
