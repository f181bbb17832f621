import type { Pool } from 'pg';

/** Snaps of each device. */
export const SNAPS = 30;

/** What the devices of the fleet are, counted: what a report has to say of it. */
export interface Expected {
  readonly devices: number;
  readonly valid: number;
  readonly invalid: number;
  readonly notApplied: number;
  readonly unknown: number;
}

/**
 * Writes a fleet with a validation set in statements that make their rows: of twenty devices one is silent, one has an older
 * sequence, two have three snaps at another revision, one does not have the set. The triggers that would keep the rows beside
 * the facts are left out, and those rows are written as they would have been.
 */
export async function seedFleet(pool: Pool, devices: number): Promise<Expected> {
  const client = await pool.connect();
  try {
    await client.query('SET session_replication_role = replica');
    await client.query(
      `CREATE TEMP TABLE fleet AS SELECT gen_random_uuid() AS id, gen_random_uuid() AS enrolment_id, at, at % 20 AS kind
         FROM generate_series(1, $1::int) AS at`,
      [devices],
    );
    for (const statement of STATEMENTS) await client.query(statement);
    await client.query('RESET session_replication_role');
    await client.query('DROP TABLE fleet');
  } finally {
    client.release();
  }
  await pool.query('VACUUM ANALYZE');
  const part = devices / 20;
  return { devices, valid: 16 * part, invalid: 2 * part, notApplied: part, unknown: part };
}

const STATEMENTS = [
  `INSERT INTO devices (id, brand_id, model, serial, labels, enrolment_id)
   SELECT id, 'acme', 'box', 'SN-' || at, jsonb_build_object('site', 'site-' || at % 100), enrolment_id FROM fleet`,
  `INSERT INTO device_links
     (enrolment_id, journal_id, journal_epoch, agent_version, protocol, snapd_state, connected_at, last_seen_at)
   SELECT enrolment_id, enrolment_id::text, 1, '0', 1, 'reachable', now() - interval '9 days',
     CASE kind WHEN 0 THEN now() - interval '3 days' ELSE now() END FROM fleet`,
  `INSERT INTO device_snaps
     (enrolment_id, name, revision, revision_number, version, channel, active, inhibited, since)
   SELECT enrolment_id, 'app-' || snap, revision::text, revision, '1.' || revision, 'latest/stable', true, false, now()
     FROM fleet, generate_series(1, ${SNAPS}) AS snap,
          LATERAL (SELECT CASE WHEN kind IN (1, 2) AND snap <= 3 THEN 7 ELSE 8 END AS revision) AS has`,
  `INSERT INTO device_sets (enrolment_id, account_id, name, mode, sequence, pinned_at, valid, since)
   SELECT enrolment_id, 'acme', 'base', 'enforce', CASE kind WHEN 3 THEN 13 ELSE 14 END, NULL, kind NOT IN (1, 2), now()
     FROM fleet WHERE kind <> 4`,
  `INSERT INTO device_facts (enrolment_id, name, digest, value, journal_epoch, number, received_at)
   SELECT enrolment_id, name, 'd', CASE name WHEN 'validation-sets' THEN '[{"account-id": "acme", "name": "base"}]' ELSE '[]' END::jsonb,
     1, 1, now() FROM fleet, unnest(ARRAY['snaps', 'validation-sets', 'system-info', 'model', 'systems', 'host']) AS name`,
  `INSERT INTO left_sets
     (enrolment_id, account_id, name, mode, pinned_at, command_id, left_at, applied_epoch, applied_number)
   SELECT enrolment_id, 'acme', 'base', 'enforce', NULL, gen_random_uuid(), now(), 1, 0 FROM fleet WHERE kind <> 4`,
  `INSERT INTO validation_sets (account_id, name, sequence, snaps, timestamp)
   SELECT 'acme', 'base', sequence, (
       SELECT jsonb_agg(jsonb_build_object('name', 'app-' || snap, 'presence', 'required', 'revision', '8'))
         FROM generate_series(1, ${SNAPS}) AS snap), now()
     FROM unnest(ARRAY[13, 14]) AS sequence`,
];
