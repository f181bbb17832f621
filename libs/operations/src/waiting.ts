import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, SnapdClient } from '@corefleet/snapd-client';

const PAUSE_MS = 250;

/**
 * Follows a change that reads, such as that of confdb, to its end.
 * @param mostMs how long to wait, in milliseconds
 * @throws when it takes longer
 */
export async function awaitChange(client: SnapdClient, id: string, mostMs: number): Promise<Change> {
  const giveUpAt = performance.now() + mostMs;
  for (;;) {
    const change = await client.changes.get(id);
    if (change.ready) return change;
    if (performance.now() > giveUpAt) throw new Error(`cannot wait longer for change ${id}: it is ${change.status}`);
    await sleep(PAUSE_MS);
  }
}
