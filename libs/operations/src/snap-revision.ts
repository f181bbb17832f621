import { SnapdError, type SnapdClient } from '@corefleet/snapd-client';

/** The current revision of a snap, null when it is not installed. */
export async function observeRevision(client: SnapdClient, snap: string): Promise<string | null> {
  try {
    return (await client.snaps.get(snap)).revision;
  } catch (error) {
    if (error instanceof SnapdError && error.status === 404) return null;
    throw error;
  }
}

/** What `observeRevision` saw, read back from the journal. */
export const revisionBefore = (before: unknown): string | undefined =>
  typeof before === 'string' ? before : undefined;
