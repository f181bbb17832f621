import { Queue } from 'bullmq';
import type { Road } from './road';

/** Something bad that happens to the server, and is over when it resolves. */
export interface Blow {
  readonly name: string;
  strike(road: Road): Promise<void>;
}

/** In the order in which they fall. */
export const blows: readonly Blow[] = [
  { name: 'a gateway is killed', strike: ({ fleet }) => fleet.replace(fleet.members.gateway[0]!) },
  { name: 'a worker is killed', strike: ({ fleet }) => fleet.replace(fleet.members.worker[0]!) },
  { name: 'the API in use is killed', strike: killApiInUse },
  { name: 'the signer is killed', strike: ({ fleet }) => fleet.replace(fleet.members.signer[0]!) },
  { name: 'Redis loses everything', strike: ({ fleet }) => fleet.redis.cleanup() },
  { name: 'Postgres ends all connections', strike: endConnections },
  { name: 'both gateways are killed', strike: ({ fleet }) => killBoth(fleet.members.gateway, fleet) },
  { name: 'both workers are killed', strike: ({ fleet }) => killBoth(fleet.members.worker, fleet) },
];

async function killApiInUse(road: Road): Promise<void> {
  const [first, second] = road.fleet.members.api;
  road.goTo(second!);
  await road.fleet.replace(first!);
}

const killBoth = async (members: Road['fleet']['members']['api'], fleet: Road['fleet']): Promise<void> => {
  await Promise.all(members.map((member) => fleet.replace(member)));
};

async function endConnections(road: Road): Promise<void> {
  await road.rows(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
}

/**
 * Jobs of the fleet's queues that nobody has taken. One that a dead process had taken is not counted: BullMQ gives it to
 * another once its lock has expired, which takes up to a minute and finds nothing left to do.
 */
export async function waitingJobs({ fleet }: Road): Promise<number> {
  let open = 0;
  for (const name of ['commands', 'rollouts', 'signing']) {
    const queue = new Queue(name, { connection: { url: fleet.redis.url }, prefix: `${fleet.redis.prefix}:queue` });
    open += await queue.getJobCountByTypes('waiting', 'delayed', 'prioritized');
    await queue.close();
  }
  return open;
}
