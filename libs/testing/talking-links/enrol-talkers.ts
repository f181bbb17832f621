import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import type { Pool } from 'pg';

/** A device of which there is nothing but its key, and what it is made to say. */
export interface Talker {
  readonly deviceId: string;
  readonly enrolmentId: string;
  readonly privateKey: KeyObject;
}

const DEVICES = `
  INSERT INTO devices (id, brand_id, model, serial, labels, enrolment_id)
  SELECT device_id, 'acme', 'talker', enrolment_id::text, '{}', enrolment_id FROM unnest($1::uuid[], $2::uuid[]) AS made (device_id, enrolment_id)`;
const ENROLMENTS = `
  INSERT INTO enrolments (id, device_id, public_key, status, token_id)
  SELECT enrolment_id, device_id, public_key, 'active', gen_random_uuid()
  FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS made (device_id, enrolment_id, public_key)`;

/** Writes devices that are enrolled, as the owner of the database. */
export async function enrolTalkers(owner: Pool, count: number): Promise<Talker[]> {
  const made = Array.from({ length: count }, () => ({
    deviceId: randomUUID(),
    enrolmentId: randomUUID(),
    ...generateKeyPairSync('ed25519'),
  }));
  const [deviceIds, enrolmentIds] = [made.map(({ deviceId }) => deviceId), made.map(({ enrolmentId }) => enrolmentId)];
  const keys = made.map(({ publicKey }) => publicKey.export({ format: 'jwk' }).x ?? '');
  await owner.query(DEVICES, [deviceIds, enrolmentIds]);
  await owner.query(ENROLMENTS, [deviceIds, enrolmentIds, keys]);
  return made.map(({ deviceId, enrolmentId, privateKey }) => ({ deviceId, enrolmentId, privateKey }));
}
