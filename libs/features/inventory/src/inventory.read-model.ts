import { Injectable } from '@nestjs/common';
import type { FactName } from '@corefleet/contracts/device-protocol';
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
}
