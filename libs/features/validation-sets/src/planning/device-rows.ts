import type { Database } from '@corefleet/platform/database';
import type { DeviceNow } from './device-now';
import { readFacts, type Facts } from './read-facts';

type Row = Facts & Pick<DeviceNow, 'deviceId' | 'enrolled' | 'lastSeenAt' | 'snapdState'>;

/** What these devices last said of themselves, in any order; ids that are no device's are passed over. */
export async function readDevices(database: Database, deviceIds: readonly string[]): Promise<DeviceNow[]> {
  const rows = await database.rows<Row>('devices-to-plan', DEVICES, [deviceIds]);
  return rows.map(({ deviceId, enrolled, lastSeenAt, snapdState, ...facts }) => ({
    ...{ deviceId, enrolled, lastSeenAt, snapdState },
    ...readFacts(facts),
  }));
}

const FACTS = { snaps: 'snaps', sets: 'validation-sets', systemInfo: 'system-info', model: 'model', host: 'host' };

const columns = Object.keys(FACTS).map((column) => `${column}.value AS "${column}"`);
const joins = Object.entries(FACTS).map(
  ([column, fact]) =>
    `LEFT JOIN device_facts ${column} ON ${column}.enrolment_id = d.enrolment_id AND ${column}.name = '${fact}'`,
);

const DEVICES = `
SELECT d.id AS "deviceId", d.enrolment_id IS NOT NULL AS enrolled, link.last_seen_at AS "lastSeenAt",
       link.snapd_state AS "snapdState", ${columns.join(', ')}
  FROM devices d LEFT JOIN device_links link ON link.enrolment_id = d.enrolment_id
  ${joins.join('\n  ')}
 WHERE d.id = ANY ($1::uuid[])`;
