import type { Database } from '@corefleet/platform/database';
import { randomUUID } from 'node:crypto';
import type { Enrolled } from './fleet-device';

/** Of which brand and model every device of a closed-loop fleet is. */
export interface Make {
  readonly brandId: string;
  readonly model: string;
}

const DEVICES = `
  INSERT INTO devices (id, brand_id, model, serial, labels, enrolment_id)
  SELECT device_id, $1, $2, serial, labels::jsonb, enrolment_id
    FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[]) AS made (device_id, enrolment_id, serial, labels)`;

const ENROLMENTS = `
  INSERT INTO enrolments (id, device_id, public_key, status, token_id)
  SELECT enrolment_id, device_id, enrolment_id::text, 'active', gen_random_uuid()
    FROM unnest($1::uuid[], $2::uuid[]) AS made (device_id, enrolment_id)`;

/** Writes devices that are enrolled, many at once, as the owner of the database. */
export async function enrolDevices(
  owner: Database,
  make: Make,
  devices: readonly { readonly serial: string; readonly labels: Record<string, string> }[],
): Promise<Enrolled[]> {
  const made = devices.map(({ serial }) => ({ deviceId: randomUUID(), enrolmentId: randomUUID(), serial }));
  const [deviceIds, enrolmentIds] = [made.map(({ deviceId }) => deviceId), made.map(({ enrolmentId }) => enrolmentId)];
  const serials = made.map(({ serial }) => serial);
  const labels = devices.map((device) => JSON.stringify(device.labels));
  await owner.rows('enrol-devices', DEVICES, [make.brandId, make.model, deviceIds, enrolmentIds, serials, labels]);
  await owner.rows('enrol-enrolments', ENROLMENTS, [deviceIds, enrolmentIds]);
  return made;
}
