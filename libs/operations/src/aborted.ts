import type { Change } from '@corefleet/snapd-client';

/**
 * Whether an ended change did not do all it was made for. Its status alone does not tell: one that was aborted while
 * its first task ran, which nothing undoes, ends in Done with the others on Hold (snapd overlord/state/change.go).
 */
export function isCutShort(change: Change): boolean {
  return (
    change.status !== 'Done' || (change.tasks ?? []).some(({ status }) => status === 'Hold' || status === 'Undone')
  );
}
