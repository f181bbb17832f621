import type { Pool, PoolClient } from 'pg';
import type { Prisma } from './generated/client';
import type { Reader } from './reader';

export interface SnapshotOptions {
  /** When it aborts, the statement that is running is cancelled and the snapshot is over. */
  readonly signal: AbortSignal;
  /** How long its reader may do nothing between two statements. */
  readonly idleMs: number;
  /** Called when Postgres could not be told to cancel: the statement then ends by its own timeout. */
  readonly onCancelError: (error: Error) => void;
}

/** The longest one of its statements may run: looks at a whole fleet take longer than anything else here. */
const STATEMENT_TIMEOUT_MS = 300_000;

/**
 * One moment of the database, however much of it is read and however long that takes: a transaction that only reads. It holds
 * a connection of the pool until it is closed.
 */
export class Snapshot implements Reader {
  private cursors = 0;
  private cancelling: Promise<void> | undefined;
  private failed = false;

  private constructor(
    private readonly pool: Pool,
    private readonly client: PoolClient,
    private readonly processId: number,
    private readonly options: SnapshotOptions,
  ) {}

  /** @throws what the driver throws when Postgres is away; what the signal says when it has aborted */
  static async open(pool: Pool, options: SnapshotOptions): Promise<Snapshot> {
    const client = await pool.connect();
    try {
      options.signal.throwIfAborted();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      // Cursors here are read to their end: a plan that is quick to its first rows is the wrong one.
      const { rows } = await client.query<{ pid: number }>(
        `SELECT pg_backend_pid() AS pid, set_config('cursor_tuple_fraction', '1', true),
                set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true)`,
        [String(STATEMENT_TIMEOUT_MS), String(options.idleMs)],
      );
      const snapshot = new Snapshot(pool, client, rows[0]?.pid ?? 0, options);
      options.signal.addEventListener('abort', snapshot.cancel, { once: true });
      client.on('error', snapshot.broke);
      return snapshot;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async rows<T extends object>(name: string, text: string, values: unknown[]): Promise<T[]> {
    return this.ask<T>({ name, text, values });
  }

  async query<T extends object>({ text, values }: Prisma.Sql): Promise<T[]> {
    return this.ask<T>({ text, values });
  }

  /** Rows of a statement, `size` at a time: the next are read when they are asked for. */
  async *pages<T extends object>({ text, values }: Prisma.Sql, size: number): AsyncGenerator<T[]> {
    this.cursors += 1;
    const cursor = `pages_${this.cursors}`;
    await this.ask({ text: `DECLARE ${cursor} NO SCROLL CURSOR FOR ${text}`, values });
    for (;;) {
      const rows = await this.ask<T>({ text: `FETCH ${size} FROM ${cursor}`, values: [] });
      if (rows.length > 0) yield rows;
      if (rows.length < size) return;
    }
  }

  /** Ends the transaction and gives the connection back. To be called once, whatever happened. */
  async close(): Promise<void> {
    this.options.signal.removeEventListener('abort', this.cancel);
    await this.cancelling;
    this.client.off('error', this.broke);
    // A cancelled statement, or a cancel that came between two, must not meet who has the connection next.
    if (this.failed || this.cancelling) return this.client.release(true);
    try {
      await this.client.query('COMMIT');
      this.client.release();
    } catch {
      this.client.release(true); // the connection broke: nothing was to be kept
    }
  }

  private async ask<T extends object>(statement: { name?: string; text: string; values: unknown[] }): Promise<T[]> {
    this.options.signal.throwIfAborted();
    try {
      return (await this.client.query<T>(statement)).rows;
    } catch (error) {
      this.failed = true;
      this.options.signal.throwIfAborted();
      throw error;
    }
  }

  /** Between two statements, such as by the timeout of an idle reader: the next statement says so. */
  private readonly broke = (): void => {
    this.failed = true;
  };

  private readonly cancel = (): void => {
    const told = this.pool.query('SELECT pg_cancel_backend($1)', [this.processId]);
    this.cancelling = told.then(() => undefined, this.options.onCancelError);
  };
}
