import type { Prisma } from './generated/client';

/** Where rows are read: the database as it is at each statement, or one moment of it. */
export interface Reader {
  /** Rows of one hot statement; the name lets Postgres keep its plan. */
  rows<T extends object>(name: string, text: string, values: unknown[]): Promise<T[]>;
  /** Rows of a statement that was put together of parts, each value in it a parameter. */
  query<T extends object>(statement: Prisma.Sql): Promise<T[]>;
}
