import { ApiError } from '../http/envelope';
import type { Change } from './change';
import type { ChangeStore } from './change-store';
import { isReady } from './status';

/** Kinds that tolerate nothing else while they run (§1.5). */
const EXCLUSIVE: Readonly<Record<string, string>> = {
  'create-recovery-system': 'creating recovery system in progress, no other changes allowed until this is done',
  'remove-recovery-system': 'removing recovery system in progress, no other changes allowed until this is done',
  remodel: 'remodeling in progress, no other changes allowed until this is done',
};

/** Kinds that keep nobody from a snap; what must be alone waits for them all the same (§1.5). */
const HARMLESS: ReadonlySet<string> = new Set(['pre-download', 'become-operational', 'get-confdb', 'set-confdb']);

/** Text of the refusal beside a snapd that goes back to an older revision. */
export const SNAPD_DOWNGRADE = 'snapd downgrade in progress, no other changes allowed until this is done';

const exclusiveText = (change: Change): string | undefined =>
  change.tasks.length > 0 ? (change.exclusive ?? EXCLUSIVE[change.kind]) : undefined;

/** Whether another change is working on a snap. */
export const isBusy = (changes: ChangeStore, snap: string): boolean =>
  changes.unready().some((change) => !HARMLESS.has(change.kind) && concerns(change, snap));

const concerns = (change: Change, snap: string): boolean => change.tasks.some((task) => task.snaps?.includes(snap));

/** §10.15 and 16: refuses an operation on snaps that another change is working on. */
export function checkSnapConflict(changes: ChangeStore, snaps: readonly string[]): void {
  for (const change of changes.unready()) {
    const exclusive = exclusiveText(change);
    if (exclusive !== undefined) throw conflict(exclusive, { 'change-kind': change.kind });
    const busy = HARMLESS.has(change.kind) ? undefined : snaps.find((snap) => concerns(change, snap));
    if (busy !== undefined) {
      const text = `snap ${JSON.stringify(busy)} has ${JSON.stringify(change.kind)} change in progress`;
      throw conflict(text, { 'change-kind': change.kind, 'snap-name': busy });
    }
  }
}

/** §10.17: the text that refuses an operation which must be alone, or undefined when it may go on. */
export function exclusiveConflict(changes: ChangeStore, kind: string): string | undefined {
  for (const change of changes.unready()) {
    if (change.tasks.every((task) => isReady(task.status))) continue;
    const running = exclusiveText(change);
    if (running !== undefined) return running;
    return (
      `other changes in progress (conflicting change ${JSON.stringify(change.kind)}), ` +
      `change ${JSON.stringify(kind)} not allowed until they are done`
    );
  }
  return undefined;
}

/** As `exclusiveConflict`, for an operation that is refused with the conflict itself. @throws ApiError 409 */
export function checkExclusive(changes: ChangeStore, kind: string): void {
  const message = exclusiveConflict(changes, kind);
  const other = changes.unready().find((change) => change.tasks.length > 0)?.kind;
  if (message !== undefined) throw conflict(message, { 'change-kind': other ?? kind });
}

/** §10.18: nothing may be done before the device is seeded. */
export const notSeeded = (): ApiError =>
  conflict('too early for operation, device not yet seeded or device model not acknowledged', {
    'change-kind': 'seed',
  });

const conflict = (message: string, value: Record<string, string>): ApiError =>
  new ApiError(409, message, 'snap-change-conflict', value);
