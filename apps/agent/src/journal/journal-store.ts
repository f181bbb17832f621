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
  /**
   * Keeps the end of a command where its acceptance lies: that needs no room on a full disk. A crash in the middle leaves
   * a damaged record.
   * @returns whether it is kept: not where the acceptance is not there, or shorter
   */
  endInPlace(end: JournalRecord & { readonly t: 'end' }): Promise<boolean>;
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
    endInPlace: (end) => {
      const at = kept.findIndex((record) => record.t === 'accepted' && record.commandId === end.report.commandId);
      if (at >= 0) kept[at] = end;
      return Promise.resolve(at >= 0);
    },
    rewrite: (records) => {
      kept = [...records];
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
