import { randomUUID } from 'node:crypto';
import type { SignedCommand } from '@corefleet/contracts/device-protocol';
import { CommandReportsIngest, type ReceivedCommandReport } from '@corefleet/features/commands';
import { InventoryIngest } from '@corefleet/features/inventory';
import type { Database } from '@corefleet/platform/database';
import type { FleetDevice, Said } from './fleet-device';

/** Of the one journal that a closed-loop device has. */
const EPOCH = 1;

const TOUCH = `
  INSERT INTO device_links (enrolment_id, journal_id, journal_epoch, agent_version, protocol, boot_id, snapd_state, connected_at, last_seen_at)
  SELECT enrolment_id, enrolment_id::text, ${EPOCH}, 'closed-loop', 1, boot_id, 'reachable', connected_at, $4
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS said (enrolment_id, boot_id, connected_at)
  ON CONFLICT (enrolment_id) DO UPDATE SET
    boot_id = excluded.boot_id, connected_at = excluded.connected_at, last_seen_at = excluded.last_seen_at`;

const SAY_UP = `
  INSERT INTO gateways (id, up_since, seen_at) VALUES ($1, $2, $2)
  ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`;

/** As pull-loader.ts of the gateway finds them, for all who ask at once. */
const PULL = `
  SELECT enrolment_id AS "enrolmentId", sequence::int, envelope, key_id AS "keyId", signature FROM commands
   WHERE finished_at IS NULL AND status = 'signed' AND valid_until > $1
   ORDER BY enrolment_id, sequence`;

type Pulled = SignedCommand & { readonly enrolmentId: string; readonly sequence: number };

/** What gateways write and read for their devices, without sockets: as their Postgres role, at the time of the fleet. */
export class GatewayRows {
  private readonly gatewayId = randomUUID();
  private readonly reports: CommandReportsIngest;
  private readonly inventory: InventoryIngest;

  constructor(private readonly database: Database) {
    this.reports = new CommandReportsIngest(database);
    this.inventory = new InventoryIngest(database);
  }

  /** The gateway is up, and these devices were heard from just now. */
  async touch(devices: readonly FleetDevice[], now: Date): Promise<void> {
    await this.database.rows('say-up', SAY_UP, [this.gatewayId, now]);
    await this.database.rows('touch', TOUCH, [
      devices.map(({ enrolmentId }) => enrolmentId),
      devices.map(({ bootId }) => bootId),
      devices.map(({ onlineSinceMs }) => new Date(onlineSinceMs)),
      now,
    ]);
  }

  /**
   * Hands out what is signed and has not expired, in its order, to those who are there.
   * @param devices by enrolment
   * @returns who was given something
   */
  async handOut(devices: ReadonlyMap<string, FleetDevice>, now: Date): Promise<ReadonlySet<FleetDevice>> {
    const rows = await this.database.rows<Pulled>('hand-out', PULL, [now]);
    const given = new Set<FleetDevice>();
    for (const { enrolmentId, sequence, ...command } of rows) {
      const device = devices.get(enrolmentId);
      if (!device?.online || sequence <= device.lastSequence) continue;
      device.take([command]);
      given.add(device);
    }
    return given;
  }

  /** Stores what those who are there have to say: facts first. @returns how many items */
  async store(devices: Iterable<FleetDevice>): Promise<number> {
    const said: { readonly enrolmentId: string; readonly item: Said }[] = [];
    for (const device of devices) {
      if (device.online) for (const item of device.said()) said.push({ enrolmentId: device.enrolmentId, item });
    }
    const facts = said.flatMap(({ enrolmentId, item }) =>
      item.kind === 'fact' ? [{ enrolmentId, journalEpoch: EPOCH, number: item.number, body: item.fact }] : [],
    );
    const refused = await this.inventory.storeFacts(facts);
    if (refused[0]) throw new Error(`cannot store a fact: ${refused[0].reason}`);
    const reports = said.flatMap(({ enrolmentId, item }): ReceivedCommandReport[] =>
      item.kind === 'command' ? [{ enrolmentId, journalEpoch: EPOCH, number: item.number, report: item.report }] : [],
    );
    await this.reports.insert(reports);
    return said.length;
  }
}
