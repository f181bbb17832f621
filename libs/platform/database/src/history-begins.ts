import type { Reader } from './reader';

/**
 * The moment from which a history is whole: where its first partition begins, as older ones are dropped.
 * @param history a table of `history_tables`
 * @returns undefined while it has never had a partition of its own: all there ever was is kept
 */
export async function historyBegins(reader: Reader, history: string): Promise<Date | undefined> {
  const [found] = await reader.rows<{ begins: Date | null }>('history-begins', BEGINS, [history]);
  return found?.begins ?? undefined;
}

const BEGINS = `
SELECT min(substring(pg_get_expr(partition.relpartbound, partition.oid) FROM $re$FROM \\('([^']+)'\\)$re$)::timestamptz) AS begins
  FROM pg_inherits JOIN pg_class AS partition ON partition.oid = inhrelid WHERE inhparent = $1::regclass`;
