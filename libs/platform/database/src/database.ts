import { PrismaPg } from '@prisma/adapter-pg';
import { Pool, type PoolClient } from 'pg';
import { clientTransaction } from './client-transaction';
import { PrismaClient, type Prisma } from './generated/client';
import type { Reader } from './reader';
import { Snapshot } from './snapshot';

/** A Prisma client inside one transaction. */
export type Transaction = Prisma.TransactionClient;

export interface DatabaseOptions {
  readonly url: string;
  /** Most connections this process holds, shared by Prisma and the hot statements. */
  readonly connections: number;
  /** Called when an idle connection breaks: the pool replaces it by itself. */
  readonly onIdleError: (error: Error) => void;
}

/** Fails a statement that runs longer: nothing here may hold a connection for ever. */
const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The process's one road to Postgres: Prisma for everything, and the pool below it for hot paths,
 * where `unnest` statements are an order of magnitude faster than Prisma's createMany.
 */
export class Database implements Reader {
  readonly pool: Pool;
  readonly prisma: PrismaClient;

  constructor(private readonly options: DatabaseOptions) {
    this.pool = new Pool({
      connectionString: options.url,
      max: options.connections,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    });
    this.pool.on('error', options.onIdleError);
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.pool) });
  }

  /**
   * Runs `work` in one transaction; it commits when `work` resolves and rolls back when it throws.
   * @param timeoutMs after which it is rolled back, however far it is
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, timeoutMs = STATEMENT_TIMEOUT_MS): Promise<T> {
    return this.prisma.$transaction(work, { maxWait: CONNECT_TIMEOUT_MS, timeout: timeoutMs });
  }

  /** As `transaction`, on a connection of the pool: for hot paths. */
  clientTransaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return clientTransaction(this.pool, work);
  }

  async rows<T extends object>(name: string, text: string, values: unknown[]): Promise<T[]> {
    const result = await this.pool.query<T>({ name, text, values });
    return result.rows;
  }

  /**
   * Rows of a statement that takes many at once. It is planned anew each time: a plan that is kept from when its tables were
   * small reads them as a whole for each batch.
   */
  async batch<T extends object>(text: string, values: unknown[]): Promise<T[]> {
    const result = await this.pool.query<T>({ text, values });
    return result.rows;
  }

  async query<T extends object>({ text, values }: Prisma.Sql): Promise<T[]> {
    const result = await this.pool.query<T>({ text, values });
    return result.rows;
  }

  /**
   * Opens one moment of the database, to be closed by the caller.
   * @param idleMs how long its reader may do nothing between two statements
   * @throws what the driver throws when Postgres is away
   */
  snapshot(signal: AbortSignal, idleMs: number): Promise<Snapshot> {
    return Snapshot.open(this.pool, { signal, idleMs, onCancelError: this.options.onIdleError });
  }

  /** Resolves when Postgres answers. @throws what the driver throws when it does not */
  async ping(): Promise<void> {
    await this.pool.query('SELECT 1');
  }

  async close(): Promise<void> {
    await this.prisma.$disconnect();
    await this.pool.end();
  }
}
