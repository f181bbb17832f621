import type { Pool } from 'pg';

const AT_ONCE = 5_000;
const ENTRY = `(actor_kind, actor_id, actor_name, source, action, subject_kind, subject_id, outcome, remark, details)`;

/** Entries as people's acts leave them, some 400 bytes each as exported. */
const SHAPE = `
SELECT 'person', md5((n % 40)::text)::uuid::text, 'ann' || n % 40, '192.0.2.' || n % 250,
       (ARRAY['rollout.approve', 'rollout.pause', 'command.issue', 'session.login'])[1 + n % 4], 'rollout', md5(n::text)::uuid::text,
       'done', CASE WHEN n % 3 = 0 THEN 'as agreed with the site, ticket ' || n END,
       jsonb_build_object('operation', 'refresh', 'devices', n % 500, 'sizes', jsonb_build_array(n % 10, n % 100), 'asked', md5(n::text))`;

/** Writes entries, many in a transaction. */
export async function writeEntries(pool: Pool, count: number): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    const to = Math.min(count, from + AT_ONCE) - 1;
    await pool.query(`INSERT INTO audit_entries ${ENTRY} ${SHAPE} FROM generate_series($1::int, $2::int) n`, [
      from,
      to,
    ]);
  }
}

/** Acts: transactions of one entry each, on all connections of the pool. @returns transactions in a second */
export async function actsPerSecond(pool: Pool, count: number, connections: number): Promise<number> {
  const text = `INSERT INTO audit_entries ${ENTRY} ${SHAPE} FROM (SELECT $1::int AS n) AS one`;
  const startedAt = performance.now();
  let next = 0;
  const act = async (): Promise<void> => {
    while (next < count) await pool.query({ name: 'act', text, values: [next++] });
  };
  await Promise.all(Array.from({ length: connections }, act));
  return (count / (performance.now() - startedAt)) * 1000;
}
