import type { SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { readBefore } from './operation';
import { revertTo } from './snap-revision';
import type { Done, UndoStep } from './undo';
import { observeSets, setOperations, undoSets } from './validation-set-pins';

const Before = z.object({
  sets: z.unknown(),
  /** By name. */
  revisions: z.record(z.string(), z.string()),
  channels: z.record(z.string(), z.string()),
});

/** What a refresh may change: the sets, and revision and channel of these snaps, or of all. A JSON value. */
export async function observeRefresh(client: SnapdClient, snaps?: readonly string[]): Promise<z.infer<typeof Before>> {
  const installed = await client.snaps.list({ snaps });
  return {
    sets: await observeSets(client),
    revisions: Object.fromEntries(installed.map(({ name, revision }) => [name, revision])),
    channels: Object.fromEntries(installed.map((snap) => [snap.name, snap['tracking-channel'] ?? ''])),
  };
}

/** What `observeRefresh` saw of the sets. */
export const setsBefore = (before: unknown): unknown => readBefore(Before, before)?.sets;

/** What `undoRefresh` may ask for. */
export const refreshUndoneBy = ['revert', 'switch', 'remove', ...setOperations] as const;

/**
 * Puts the sets back, what is new removed on the way, then the snaps: an enforced set would not let its snaps go back.
 * @param asked.snaps those that were named; without, those the change says it moved
 * @param asked.channel what one snap was told to follow
 */
export function undoRefresh(
  { before, change }: Done,
  asked: { snaps?: readonly string[] | undefined; channel?: string | undefined; sets?: readonly string[] | undefined },
): UndoStep[] {
  const was = readBefore(Before, before);
  if (!was) return [];
  const moved = asked.snaps ?? change?.data?.['snap-names'] ?? [];
  const added = moved.filter((snap) => !(snap in was.revisions));
  const [only = ''] = moved;
  const followed = asked.channel === undefined ? undefined : was.channels[only];
  return [
    ...undoSets(
      was.sets,
      asked.sets ?? [],
      added.length > 0 ? [{ operation: 'remove', parameters: { snaps: added } }] : [],
    ),
    ...revertTo(was.revisions, moved),
    ...(followed ? [{ operation: 'switch', parameters: { snap: only, channel: followed } }] : []),
  ];
}
