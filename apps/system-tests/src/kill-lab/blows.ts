import { Queue } from 'bullmq';
import type { Fleet, Member } from '@corefleet/testing/fleet';
import type { Road } from './road';

/** Something bad that happens to the server, and is over when it resolves. */
export interface Blow {
  readonly name: string;
  strike(road: Road): Promise<void>;
}

/** In the order in which they fall. */
export const blows: readonly Blow[] = [
  { name: 'a gateway is killed', strike: ({ fleet }) => killFirst(fleet, 'gateway') },
  { name: 'a worker is killed', strike: ({ fleet }) => killFirst(fleet, 'worker') },
  { name: 'the API in use is killed', strike: killApiInUse },
  { name: 'the signer is killed', strike: ({ fleet }) => killFirst(fleet, 'signer') },
  { name: 'Redis loses everything', strike: ({ fleet }) => fleet.redis.cleanup() },
  { name: 'Postgres ends all connections', strike: endConnections },
  { name: 'both gateways are killed', strike: ({ fleet }) => kill(fleet, fleet.members.gateway) },
  { name: 'both workers are killed', strike: ({ fleet }) => kill(fleet, fleet.members.worker) },
];

async function kill(fleet: Fleet, members: readonly Member[]): Promise<void> {
  await Promise.all(members.map((member) => fleet.replace(member)));
}

const killFirst = (fleet: Fleet, part: Member['part']): Promise<void> => kill(fleet, fleet.members[part].slice(0, 1));

async function killApiInUse(road: Road): Promise<void> {
  for (const member of road.fleet.members.api.slice(1)) road.goTo(member);
  await killFirst(road.fleet, 'api');
}

async function endConnections(road: Road): Promise<void> {
  await road.rows(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
}

/** Jobs of the fleet's queues that are not over: waiting, or taken by somebody, dead or alive. */
export async function openJobs({ fleet }: Road): Promise<number> {
  let open = 0;
  for (const name of ['commands', 'rollouts', 'signing']) {
    const queue = new Queue(name, { connection: { url: fleet.redis.url }, prefix: `${fleet.redis.prefix}:queue` });
    open += await queue.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized');
    await queue.close();
  }
  return open;
}
