import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { SnapdClient } from '@corefleet/snapd-client';
import { SimulatedSnapd, SimulatedStore, VirtualClock, type SnapType } from '@corefleet/snapd-simulator';
import { KINDS, kindOfDevice, SETS, SNAPS } from './sets';

const MODEL = `type: model
authority-id: acme
series: 16
brand-id: acme
model: box
architecture: amd64
base: core24
grade: signed
timestamp: 2024-01-01T00:00:00Z
sign-key-sha3-384: t5HuSAQgr38hhy96TMUsFLYKqRy05WDsnlP4j0IRlULRqpSGTojjWfpFlUvR-Nf7

AcLBcwQAAQoAHRYhBJ==
`;

const TYPES: Readonly<Record<string, SnapType>> = {
  snapd: 'snapd',
  core24: 'base',
  pc: 'gadget',
  'pc-kernel': 'kernel',
};

/** Writes devices that have told what simulated devices tell, and the sets they have. @returns bytes of facts in text */
export async function seedFleet(pool: Pool, devices: number): Promise<number> {
  const facts = await Promise.all(Array.from({ length: KINDS }, (_, kind) => factsOf(kind)));
  const ids = Array.from({ length: devices }, () => [randomUUID(), randomUUID()] as const);
  await pool.query(INSERT_DEVICES, [ids.map(([id]) => id), ids.map(([, enrolment]) => enrolment)]);
  const names = Object.keys(facts[0] ?? {});
  for (const name of names) {
    const values = facts.map((of) => JSON.stringify(of[name]));
    await pool.query(INSERT_FACTS, [ids.map(([, enrolment]) => enrolment), name, values]);
  }
  for (const { accountId, name, sequence, snaps } of SETS) {
    await pool.query(INSERT_SET, [accountId, name, sequence, JSON.stringify(snaps)]);
  }
  await pool.query('VACUUM ANALYZE device_facts, devices, device_links, validation_sets');
  return (devices / KINDS) * facts.reduce((total, of) => total + JSON.stringify(of).length, 0);
}

/** The facts as an agent reads them from snapd. */
async function factsOf(kind: number): Promise<Record<string, unknown>> {
  const { revisions, sets } = kindOfDevice(kind);
  const snaps = SNAPS.map((name) => ({ name, revision: Number(revisions[name]) }));
  const snapd = new SimulatedSnapd({ store: aStore(), clock: new VirtualClock(), model: MODEL, snaps });
  const client = new SnapdClient(snapd.transport());
  for (const { accountId, name, sequence } of sets) {
    await client.validationSets.apply(accountId, name, { mode: 'enforce', sequence });
  }
  const facts = {
    snaps: await client.snaps.list({ select: 'all' }),
    'validation-sets': await client.validationSets.list(),
    'system-info': await client.systemInfo.get(),
    model: await client.model.json(),
    systems: await client.systems.list(),
    host: { timeZone: 'UTC', disk: { free: 8e9, total: 16e9 } },
  };
  await snapd.dispose();
  return facts;
}

function aStore(): SimulatedStore {
  const store = new SimulatedStore();
  for (const name of SNAPS) {
    const services = name.startsWith('app') ? [{ name: 'daemon' }] : [];
    const revisions = [{ revision: 7 }, { revision: 8 }];
    store.addSnap({ name, type: TYPES[name] ?? 'app', base: 'core24', services, revisions, channels: { stable: 8 } });
  }
  for (const { snaps, ...set } of SETS) {
    const numbered = snaps.map(({ name, presence, revision }) => ({ name, presence, revision: Number(revision) }));
    store.addValidationSet({ ...set, snaps: numbered });
  }
  return store;
}

const INSERT_DEVICES = `
WITH given AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS given (id, enrolment_id, at)),
     linked AS (
       INSERT INTO device_links (enrolment_id, journal_id, journal_epoch, agent_version, protocol, snapd_state, connected_at, last_seen_at)
       SELECT enrolment_id, enrolment_id::text, 1, '0', 1, 'reachable', now(), now() FROM given)
INSERT INTO devices (id, brand_id, model, serial, labels, enrolment_id)
SELECT id, 'acme', 'box', at::text, '{}', enrolment_id FROM given`;

const INSERT_FACTS = `
INSERT INTO device_facts (enrolment_id, name, digest, value, journal_epoch, number, received_at)
SELECT enrolment_id, $2, 'd', ($3::text[])[1 + (at % cardinality($3::text[]))]::jsonb, 1, 1, now()
  FROM unnest($1::uuid[]) WITH ORDINALITY AS given (enrolment_id, at)`;

const INSERT_SET = `
INSERT INTO validation_sets (account_id, name, sequence, snaps, timestamp) VALUES ($1, $2, $3, $4, now())`;
