import { textArray, type Database } from '@corefleet/platform/database';
import type { Received, Unstorable } from './received';
import { unstorable } from './received';

/** One row of an unnest statement, with what it came from. */
export interface Storable<Row> {
  readonly received: Received<unknown>;
  readonly row: Row;
}

/** What a parameter of the statement takes of each row. `json`: a `text[]` of long texts, which travels in binary form. */
export type BatchColumn<Row> = ((row: Row) => unknown) | { readonly json: (row: Row) => string | null };

/** The hot statement of one table: `columns` are the parameters, one array each, in the order of the text's `unnest`. */
export interface BatchStatement<Row> {
  readonly name: string;
  readonly text: string;
  readonly columns: readonly BatchColumn<Row>[];
  /** Identity of the row in its table: one statement may not touch a row twice, so only the newest of each is sent. */
  readonly key?: (row: Row) => string;
}

/**
 * SQLSTATE classes in which the data is not at fault: connection, transaction state, authorisation, rollback, access,
 * resources, state of an object, intervention, system, internal. What fails with one is tried again as it is.
 */
const NOT_THE_DATA = new Set(['08', '25', '28', '40', '42', '53', '55', '57', '58', 'XX']);

/** Whether Postgres refused the values themselves: trying the same again would fail the same. */
export function isDataError(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return /^[0-9A-Z]{5}$/.test(error.code) && !NOT_THE_DATA.has(error.code.slice(0, 2));
}

/**
 * Stores a batch in one statement, which commits by itself.
 * Safe to run again with the same items.
 * @returns what Postgres refused, with its reason
 * @throws when the database is away: nothing may be acknowledged then
 */
export async function storeBatch<Row>(
  database: Database,
  statement: BatchStatement<Row>,
  items: readonly Storable<Row>[],
): Promise<Unstorable[]> {
  return storeHalving(newestOfEach(items, statement.key), async (batch) => {
    const values = statement.columns.map((column) =>
      'json' in column ? textArray(batch.map(({ row }) => column.json(row))) : batch.map(({ row }) => column(row)),
    );
    await database.rows(statement.name, statement.text, values);
  });
}

/**
 * Runs `store` over the batch. When Postgres refuses the data, the batch is halved until the items at fault stand alone,
 * so that one of them never holds up the others: a fault costs some 2 log2(n) statements, not n.
 * @returns what Postgres refused, with its reason
 * @throws whatever `store` throws that is not the data's fault
 */
export async function storeHalving<Item extends { readonly received: Received<unknown> }>(
  items: readonly Item[],
  store: (batch: readonly Item[]) => Promise<void>,
): Promise<Unstorable[]> {
  const [first] = items;
  if (!first) return [];
  try {
    await store(items);
    return [];
  } catch (error) {
    if (!isDataError(error)) throw error;
    if (items.length === 1) return [unstorable(first.received, `cannot store item: ${error.message}`)];
    const middle = Math.ceil(items.length / 2);
    const refused = await storeHalving(items.slice(0, middle), store);
    return [...refused, ...(await storeHalving(items.slice(middle), store))];
  }
}

/** Sorted by key too, so that two batches lock their common rows in the same order and cannot wait for each other. */
function newestOfEach<Row>(
  items: readonly Storable<Row>[],
  key: ((row: Row) => string) | undefined,
): readonly Storable<Row>[] {
  if (!key) return items;
  const newest = new Map<string, Storable<Row>>();
  for (const item of items) {
    const id = key(item.row);
    const other = newest.get(id);
    if (!other || isNewer(item.received, other.received)) newest.set(id, item);
  }
  return [...newest].sort(([one], [two]) => (one < two ? -1 : 1)).map(([, item]) => item);
}

const isNewer = (one: Received<unknown>, two: Received<unknown>): boolean =>
  one.journalEpoch > two.journalEpoch || (one.journalEpoch === two.journalEpoch && one.number >= two.number);

/** Splits items by whether a row can be made of them; `toRow` throws or answers with the reason as a string when not. */
export function rowsOf<Body, Row extends object>(
  items: readonly Received<Body>[],
  toRow: (received: Received<Body>) => Row | string,
): { storable: Storable<Row>[]; refused: Unstorable[] } {
  const storable: Storable<Row>[] = [];
  const refused: Unstorable[] = [];
  for (const received of items) {
    const row = rowOrReason(received, toRow);
    if (typeof row === 'string') refused.push(unstorable(received, row));
    else storable.push({ received, row });
  }
  return { storable, refused };
}

function rowOrReason<Body, Row extends object>(
  received: Received<Body>,
  toRow: (received: Received<Body>) => Row | string,
): Row | string {
  try {
    return toRow(received);
  } catch (error) {
    if (error instanceof RangeError) return 'cannot store item: it is nested too deeply';
    throw error;
  }
}
