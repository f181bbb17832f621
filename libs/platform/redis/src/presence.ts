import type { RedisConnections } from './redis-connections';

/** In one step: between a look and a removal another gateway could take the link over. */
const RELEASE = `for _, key in ipairs(KEYS) do if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end end`;

/**
 * Which gateway holds the link of an enrolment: a key with an expiry, so that a gateway that dies is forgotten.
 * A hint only: who is offline by mistake is nudged by the next sweep.
 */
export class Presence {
  /** Seconds after which an entry that was not renewed is gone. */
  static readonly EXPIRY_SECONDS = 90;

  constructor(private readonly redis: RedisConnections) {}

  /** Says that `gatewayId` holds these links; call again within the expiry. */
  async hold(gatewayId: string, enrolmentIds: readonly string[]): Promise<void> {
    const pipeline = this.redis.commands.pipeline();
    for (const id of enrolmentIds) pipeline.set(this.key(id), gatewayId, 'EX', Presence.EXPIRY_SECONDS);
    pipeline.set(this.mark(gatewayId), '', 'EX', Presence.EXPIRY_SECONDS);
    await pipeline.exec();
  }

  /** Whether Redis still has what `gatewayId` said last: false once it was emptied, or that has expired. */
  async knows(gatewayId: string): Promise<boolean> {
    return (await this.redis.commands.exists(this.mark(gatewayId))) > 0;
  }

  /** Takes the entries back, but for links that another gateway holds by now. */
  async release(gatewayId: string, enrolmentIds: readonly string[]): Promise<void> {
    const keys = enrolmentIds.map((id) => this.key(id));
    await this.redis.commands.eval(RELEASE, keys.length, ...keys, gatewayId);
  }

  /** @returns the gateway of each enrolment that is present; absent ones are left out */
  async gateways(enrolmentIds: readonly string[]): Promise<Map<string, string>> {
    if (enrolmentIds.length === 0) return new Map();
    const found = await this.redis.commands.mget(enrolmentIds.map((id) => this.key(id)));
    return new Map(enrolmentIds.flatMap((id, at) => (found[at] ? [[id, found[at]] as const] : [])));
  }

  private mark(gatewayId: string): string {
    return `${this.redis.prefix}:presence-of:${gatewayId}`;
  }

  private key(enrolmentId: string): string {
    return `${this.redis.prefix}:presence:${enrolmentId}`;
  }
}
