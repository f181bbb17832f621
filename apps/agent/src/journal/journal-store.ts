import type { JournalRecord } from './record';

/** Where records are kept. */
export interface JournalStore {
  /** What is kept, oldest first. A record that was torn by a crash is left out, and so is everything after it. */
  load(): Promise<JournalRecord[]>;
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
    load: () => Promise.resolve([...kept]),
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
