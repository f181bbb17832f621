import { SnapdError, type Change, type Snap, type SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { readBefore } from './operation';
import type { UndoStep } from './undo';

/** Revisions by snap: what is kept of a device before its snaps change. A JSON value. */
const Revisions = z.record(z.string(), z.string());

/** The current revision of each of these snaps that is installed; of all snaps when none is named. */
export async function observeRevisions(
  client: SnapdClient,
  snaps?: readonly string[],
): Promise<Record<string, string>> {
  const installed = await client.snaps.list({ snaps });
  return Object.fromEntries(installed.map(({ name, revision }) => [name, revision]));
}

/** What `observeRevisions` saw, read back from the journal; empty when it did not. */
export const revisionsBefore = (before: unknown): Record<string, string> => readBefore(Revisions, before) ?? {};

/** The snap, or undefined when it is not installed. */
export async function findSnap(client: SnapdClient, snap: string): Promise<Snap | undefined> {
  try {
    return await client.snaps.get(snap);
  } catch (error) {
    if (error instanceof SnapdError && error.status === 404) return undefined;
    throw error;
  }
}

/** The snaps that a change of files says it installed; of a component alone its `components` tell the snap. */
export function snapsOf({ data }: Change): string[] {
  const names = [data?.['snap-name'], ...(data?.['snap-names'] ?? []), ...Object.keys(data?.components ?? {})];
  return [...new Set(names.filter((name): name is string => typeof name === 'string'))];
}

/** What puts snaps back to the revision they were at; those that were not installed are left. */
export function revertTo(before: Readonly<Record<string, string>>, snaps: readonly string[]): UndoStep[] {
  return snaps.flatMap((snap) => {
    const revision = before[snap];
    return revision === undefined ? [] : [{ operation: 'revert', parameters: { snap, revision } }];
  });
}
