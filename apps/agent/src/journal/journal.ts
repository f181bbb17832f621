import { randomUUID } from 'node:crypto';
import { messageOf, type AgentLogger } from '../logger';
import { applyRecord, emptyJournalState, recordsOf, type JournalState } from './journal-state';
import type { JournalStore } from './journal-store';
import type { JournalRecord, NoticesCursor } from './record';
import { salvage } from './salvage';

/** The record could not be kept: what it was to precede must not happen. */
export class JournalNotWritableError extends Error {
  readonly code = 'journal-not-writable';

  constructor(cause: unknown) {
    super('cannot write the journal', { cause });
  }
}

/** Numbers set aside at a time: one durable record for so many reports, and so many while none can be written. */
const NUMBERS_PER_RECORD = 1_000_000;
/** Records appended since the last rewrite before the next is considered. */
const COMPACT_AFTER = 1000;

/** What the agent must not forget. State is what the records fold into; a record counts once it is kept. */
export class Journal {
  private appended = 0;
  private broken = false;
  private lastNumber: number;
  private reserving = false;
  /** Records that may be lost: they ride on the next durable append. */
  private lazy: JournalRecord[] = [];
  private queue: { records: JournalRecord[]; resolve: () => void; reject: (error: Error) => void }[] = [];
  private writing: Promise<void> | undefined;

  private constructor(
    private readonly store: JournalStore,
    private readonly logger: AgentLogger,
    readonly state: JournalState,
  ) {
    this.lastNumber = state.numbersUpTo;
  }

  /** Numbers that could not be set aside durably may be given out again after a crash: under an id of their own. */
  private rename(): void {
    this.appendLazily({ t: 'renamed', id: randomUUID() });
    this.appendLazily({ t: 'numbers', upTo: NUMBERS_PER_RECORD });
    this.lastNumber = 0;
  }

  /**
   * Opens the journal of an enrolment. One of another enrolment is begun anew, with an id of its own; of a damaged one
   * what it proves is kept (see salvage.ts). One that cannot be written is opened too: it keeps nothing then and says so
   * at each append, so that the server can be told.
   * @throws what the store throws when it cannot be read
   */
  static async open(store: JournalStore, enrolmentId: string, logger: AgentLogger): Promise<Journal> {
    const { records, damage } = await store.load();
    const state = damage ? salvage(records, damage, enrolmentId) : emptyJournalState();
    if (!damage) for (const record of records) applyRecord(state, record);
    const journal = new Journal(store, logger, state);
    journal.broken = damage !== undefined;
    if (state.enrolmentId !== enrolmentId) journal.appendLazily({ t: 'journal', id: randomUUID(), enrolmentId });
    journal.lastNumber = state.numbersUpTo;
    if (!(await journal.reserveNumbers())) journal.rename();
    return journal;
  }

  get id(): string {
    return this.state.journalId ?? '';
  }

  /**
   * Keeps a record, and then makes it true in `state`. Appends asked for at the same time share one sync.
   * @throws JournalNotWritableError when it is not kept; `state` is as it was
   */
  append(...records: JournalRecord[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ records, resolve, reject });
      this.writing ??= this.drain();
    });
  }

  /** Makes a record true now and keeps it with the next `append`: for what may be lost without harm. */
  appendLazily(record: JournalRecord): void {
    applyRecord(this.state, record);
    this.lazy.push(record);
    if (this.lazy.length > COMPACT_AFTER) this.lazy = this.lazy.slice(-COMPACT_AFTER);
  }

  /** Bounds an open fence by the time it is now. No command is accepted before that is kept with it. */
  closeFence(untilMs: number): void {
    const { fence } = this.state;
    if (fence && fence.untilMs === undefined) this.appendLazily({ t: 'fence', untilMs });
  }

  /** Which change it is that a command started. It may be lost: until the next append the id alone says so. */
  noteSpawnTime(commandId: string, spawnTime: string | undefined): void {
    const open = this.state.open.get(commandId);
    if (open?.started?.kind !== 'change' || open.started.existing || open.spawnTime === spawnTime) return;
    if (spawnTime !== undefined) this.appendLazily({ t: 'spawned', commandId, spawnTime });
  }

  /** The cursor of notices, kept with the next append. */
  moveCursor(cursor: NoticesCursor): void {
    this.lazy = this.lazy.filter(({ t }) => t !== 'cursor');
    this.appendLazily({ t: 'cursor', cursor });
  }

  /**
   * The number of the next report; under one id never the same twice, also across restarts.
   * @throws JournalNotWritableError when no more could be set aside
   */
  nextNumber(): number {
    if (this.state.numbersUpTo - this.lastNumber < NUMBERS_PER_RECORD / 2) void this.reserveNumbers();
    if (this.lastNumber >= this.state.numbersUpTo) throw new JournalNotWritableError('no report numbers left');
    this.lastNumber += 1;
    return this.lastNumber;
  }

  /** Keeps what was appended lazily, where it can be kept, and closes the store. */
  async close(): Promise<void> {
    try {
      if (this.lazy.length > 0 || this.broken) await this.append();
    } catch (error) {
      this.logger.error('Cannot keep the last of the journal', { error: messageOf(error) });
    } finally {
      await this.store.close();
    }
  }

  /** @returns whether they are kept; those that are not are asked for again with the next number */
  private async reserveNumbers(): Promise<boolean> {
    if (this.reserving) return false;
    this.reserving = true;
    try {
      await this.append({ t: 'numbers', upTo: this.lastNumber + 2 * NUMBERS_PER_RECORD });
      return true;
    } catch (error) {
      this.logger.error('Cannot set report numbers aside', { error: messageOf(error) });
      return false;
    } finally {
      this.reserving = false;
    }
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.queue;
      this.queue = [];
      const lazy = this.lazy;
      this.lazy = [];
      const records = batch.flatMap(({ records }) => records);
      try {
        await this.write([...lazy, ...records], records);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        // What was appended lazily is in `state`, and with it in the rewrite that comes next.
        this.broken = true;
        for (const { records, resolve, reject } of batch)
          if (await this.endInPlace(records)) resolve();
          else reject(new JournalNotWritableError(error));
      }
    }
    this.writing = undefined;
  }

  /** What is told of as ended must not be begun by the next process: on a full disk its end takes no room. */
  private async endInPlace([record, ...others]: readonly JournalRecord[]): Promise<boolean> {
    const open = record?.t === 'end' && others.length === 0 && this.state.open.get(record.report.commandId);
    if (!open) return false;
    const end = { ...record, sequence: open.sequence };
    try {
      if (!(await this.store.endInPlace(end))) return false;
    } catch (error) {
      this.logger.warn('Cannot keep an end in the place of its acceptance', { error: messageOf(error) });
      return false;
    }
    applyRecord(this.state, end);
    return true;
  }

  private async write(written: JournalRecord[], applied: JournalRecord[]): Promise<void> {
    const compact = this.appended > COMPACT_AFTER;
    if (this.broken || compact) {
      // After a failed write nobody knows what the file holds: it is replaced, never appended to.
      await this.store.rewrite([...recordsOf(this.state), ...applied]);
      this.appended = 0;
      this.broken = false;
    } else {
      await this.store.append(written);
      this.appended += written.length;
    }
    for (const record of applied) applyRecord(this.state, record);
  }
}
