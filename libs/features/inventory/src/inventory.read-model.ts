import { Injectable } from '@nestjs/common';
import { Host, type FactName } from '@corefleet/contracts/device-protocol';
import { Database } from '@corefleet/platform/database';

/** The whole answer of one read of a device, unchanged since `receivedAt`. */
export interface FactView {
  readonly name: FactName;
  readonly digest: string;
  readonly value: unknown;
  readonly receivedAt: Date;
}

@Injectable()
export class InventoryReadModel {
  constructor(private readonly database: Database) {}

  /** Facts of the device's active enrolment, by name; empty while none has come. */
  async facts(deviceId: string): Promise<FactView[]> {
    return this.database.rows<FactView>(
      'facts-of-device',
      `SELECT name, digest, value, received_at AS "receivedAt"
       FROM devices JOIN device_facts ON device_facts.enrolment_id = devices.enrolment_id
       WHERE devices.id = $1
       ORDER BY name`,
      [deviceId],
    );
  }

  /**
   * Time zone and disk of devices, by their ids. Who has not told them is left out, as is who told something else: older
   * agents tell nothing.
   */
  async hosts(deviceIds: readonly string[]): Promise<Map<string, Host>> {
    const rows = await this.database.rows<{ id: string; value: unknown }>(
      'hosts-of-devices',
      `SELECT devices.id, value
       FROM devices JOIN device_facts ON device_facts.enrolment_id = devices.enrolment_id AND device_facts.name = 'host'
       WHERE devices.id = ANY ($1::uuid[])`,
      [deviceIds],
    );
    const told = rows.map(({ id, value }) => [id, Host.safeParse(value).data] as const);
    return new Map(told.filter((entry): entry is [string, Host] => entry[1] !== undefined));
  }
}
