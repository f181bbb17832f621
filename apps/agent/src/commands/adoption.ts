import { compareChangeIds, type Change } from '@corefleet/snapd-client';

/** What is known about a request whose answer never came. */
export interface UnknownFate {
  /** Highest change id before the request was sent. */
  readonly highestChangeId: string;
  /** Changes snapd shows now. */
  readonly changes: readonly Change[];
  /** Whether a change is known to belong to another command. */
  readonly isClaimed: (change: Change) => boolean;
  /** Whether a change looks like the one the request makes. */
  readonly matches: (change: Change) => boolean;
  readonly idempotent: boolean;
}

export type Adoption =
  | { readonly kind: 'adopt'; readonly changeId: string }
  | { readonly kind: 'send-again' }
  | { readonly kind: 'unknown'; readonly message: string };

/**
 * What to do about a request of unknown fate, once its time-out has passed so that snapd cannot carry it out any more:
 * exactly one newer change like it is taken for its own; with none it is sent again only where twice is as good as
 * once; whatever else cannot be decided here.
 */
export function decideAdoption(fate: UnknownFate): Adoption {
  const candidates = fate.changes.filter(
    (change) =>
      compareChangeIds(change.id, fate.highestChangeId) > 0 && !fate.isClaimed(change) && fate.matches(change),
  );
  const [only] = candidates;
  if (only && candidates.length === 1) return { kind: 'adopt', changeId: only.id };
  if (candidates.length > 1) {
    const ids = candidates.map(({ id }) => id).join(', ');
    return { kind: 'unknown', message: `cannot tell which of changes ${ids} is the command's` };
  }
  if (fate.idempotent) return { kind: 'send-again' };
  return { kind: 'unknown', message: 'cannot tell whether the request reached snapd: no change shows it' };
}
