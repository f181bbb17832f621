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

const OTHERS = `
  SELECT count(*)::int AS count FROM gateways WHERE id <> $1 AND seen_at > now() - $2::integer * interval '1 millisecond'`;

const END = `DELETE FROM gateways WHERE id = $1`;

/**
 * Says in Postgres that the gateway is up, and takes out those that have long not been.
 * @throws when the database is away
 */
export async function sayUp(database: Database, gatewayId: string): Promise<void> {
  await database.rows('say-up', SAY, [gatewayId]);
  await database.rows('forget-gateways', FORGET, []);
}

/** Other gateways that are up. @throws when the database is away */
export async function othersUp(database: Database, gatewayId: string): Promise<number> {
  const [found] = await database.rows<{ count: number }>('others-up', OTHERS, [gatewayId, 3 * EVERY_MS]);
  return found?.count ?? 0;
}

/** The one writer of `gateways`, each of its own row. */
@Injectable()
export class Uptime {
  private saying: Promise<void> = Promise.resolve();
  private ended = false;

  constructor(
    private readonly database: Database,
    private readonly context: GatewayContext,
    wheel: Wheel,
  ) {
    wheel.every(EVERY_MS, 'uptime', () => this.say());
  }

  /** Nothing once it has ended. @throws when the database is away */
  say(): Promise<void> {
    if (this.ended) return Promise.resolve();
    return (this.saying = sayUp(this.database, this.context.gatewayId));
  }

  /** @throws when the database is away */
  others(): Promise<number> {
    return othersUp(this.database, this.context.gatewayId);
  }

  /** Nobody counts on this gateway any more, from now on. @throws when the database is away */
  async end(): Promise<void> {
    this.ended = true;
    await Promise.allSettled([this.saying]); // or what is being said now would be written after this; who says it hears of its failure
    await this.database.rows('say-down', END, [this.context.gatewayId]);
  }
}
