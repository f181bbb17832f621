import type { Pool } from 'pg';

/** A row of a table with some of its fields replaced. */
const copied = (table: string, row: string, fields: string): string =>
  `LATERAL jsonb_populate_record(NULL::${table}, to_jsonb(${row}) || jsonb_build_object(${fields})) AS made`;

const STATEMENTS = [
  `INSERT INTO rollouts SELECT made.*
     FROM copies, rollouts r, ${copied('rollouts', 'r', `'id', copies.id`)} WHERE r.id = $1`,
  `INSERT INTO waves SELECT made.*
     FROM copies, waves w, ${copied('waves', 'w', `'rollout_id', copies.id`)} WHERE w.rollout_id = $1`,
  `INSERT INTO commands SELECT made.*
     FROM copied_targets t JOIN commands c ON c.id = t.from_id,
          ${copied('commands', 'c', `'id', t.command_id, 'rollout_id', t.rollout_id, 'sequence', NULL`)} WHERE c.rollout_id = $1`,
  `INSERT INTO rollout_targets SELECT made.*
     FROM copied_targets t JOIN rollout_targets o ON o.device_id = t.device_id,
          ${copied('rollout_targets', 'o', `'rollout_id', t.rollout_id, 'command_id', t.command_id`)} WHERE o.rollout_id = $1`,
];

/** Adds copies of a finished rollout, each with its first `targets` targets and their commands, as if they had been carried out. */
export async function addFinishedRollouts(pool: Pool, id: string, rollouts: number, targets: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      'CREATE TEMP TABLE copies ON COMMIT DROP AS SELECT gen_random_uuid() AS id FROM generate_series(1, $1)',
      [rollouts],
    );
    await client.query(
      `CREATE TEMP TABLE copied_targets ON COMMIT DROP AS
       SELECT copies.id AS rollout_id, t.device_id, t.command_id AS from_id, gen_random_uuid() AS command_id
         FROM copies, (SELECT device_id, command_id FROM rollout_targets WHERE rollout_id = $1 ORDER BY device_id LIMIT $2) AS t`,
      [id, targets],
    );
    for (const statement of STATEMENTS) await client.query(statement, [id]);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
