import type { Damage } from './provable';
import type { JournalRecord } from './record';

/** What a store still has. */
export interface Loaded {
  /** Oldest first; an append that a crash interrupted is left out. */
  readonly records: JournalRecord[];
  /** Set when something that was kept is missing: the store must then be rewritten before it is appended to. */
  readonly damage?: Damage;
}

/** Where records are kept. */
export interface JournalStore {
  /** @throws Error when it cannot be read, with the way out in its words */
  load(): Promise<Loaded>;
  /**
   * Keeps the records, durably once it resolves.
   * @throws when they may not be kept; the store must then be rewritten before it is appended to again
   */
  append(records: readonly JournalRecord[]): Promise<void>;
  /** Replaces everything by `records`, at once or not at all. */
  rewrite(records: readonly JournalRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** Survives nothing but the agent it is given to: for fleets of simulated devices and for tests. */
export function memoryJournalStore(): JournalStore {
  let kept: JournalRecord[] = [];
  return {
    load: () => Promise.resolve({ records: [...kept] }),
    append: (records) => {
      kept.push(...records);
      return Promise.resolve();
    },
    rewrite: (records) => {
      kept = [...records];
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
