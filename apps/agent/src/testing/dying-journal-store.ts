import type { JournalStore } from '../journal/journal-store';
import type { JournalRecord } from '../journal/record';

/** What somebody waits for who is dead. */
const never = (): Promise<void> => new Promise(() => undefined);

/**
 * Dies at append number `at` of its life, before or after the records are kept: nothing that waits for it goes on, as
 * when the process is gone. Counts on across agents that share it until it has died.
 */
export function dyingJournalStore(
  inner: JournalStore,
  at: number,
  when: 'before' | 'after',
  died: () => void,
): JournalStore {
  let appends = 0;
  const append = async (keep: () => Promise<void>): Promise<void> => {
    appends += 1;
    if (appends !== at) return appends > at ? never() : keep();
    if (when === 'after') await keep();
    died();
    return never();
  };
  return {
    load: () => inner.load(),
    append: (records: readonly JournalRecord[]) => append(() => inner.append(records)),
    endInPlace: (end) => inner.endInPlace(end),
    rewrite: (records: readonly JournalRecord[]) => append(() => inner.rewrite(records)),
    close: () => Promise.resolve(),
  };
}
