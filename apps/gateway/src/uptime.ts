import { Injectable } from '@nestjs/common';
import { Database } from '@corefleet/platform/database';
import { GatewayContext } from './gateway-context';
import { Wheel } from './wheel';

const EVERY_MS = 10_000;

/** A gateway that could not write for so long was of no use to its devices, whatever kept it. */
const SAY = `
  INSERT INTO gateways AS kept (id, up_since, seen_at) VALUES ($1, now(), now())
  ON CONFLICT (id) DO UPDATE SET seen_at = now(),
    up_since = CASE WHEN kept.seen_at < now() - interval '1 minute' THEN now() ELSE kept.up_since END`;

const FORGET = `DELETE FROM gateways WHERE seen_at < now() - interval '1 day'`;

/**
 * Says in Postgres that the gateway is up, and takes out those that have long not been.
 * @throws when the database is away
 */
export async function sayUp(database: Database, gatewayId: string): Promise<void> {
  await database.rows('say-up', SAY, [gatewayId]);
  await database.rows('forget-gateways', FORGET, []);
}

/** The one writer of `gateways`, each of its own row. */
@Injectable()
export class Uptime {
  constructor(database: Database, { gatewayId }: GatewayContext, wheel: Wheel) {
    wheel.every(EVERY_MS, 'uptime', () => sayUp(database, gatewayId));
  }
}
