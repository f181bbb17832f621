import { Injectable } from '@nestjs/common';
import { RedisConnections } from '@corefleet/platform/redis';
import { ReadsUnavailableError, TooManyReadsError } from './reads.errors';

/** How many of one kind may be under way at once. */
export interface ReadLimit {
  /** Names the counters, and what is counted: "cannot begin another <what>". */
  readonly what: 'read' | 'followed log';
  readonly perDevice: number;
  readonly perPerson: number;
  /** After so long without `renew` one is forgotten: the process that counted it is dead. */
  readonly leaseMs: number;
}

export interface Held {
  /** Keeps it for another lease. Never throws: a lapse lets one more in, no less. */
  renew(): Promise<void>;
  /** Gives it back; the lease does when Redis is away. Never throws. */
  release(): Promise<void>;
}

/** In one step for both keys: what is over is forgotten, and the new one is counted or is not. */
const TAKE = `
local now = tonumber(ARGV[1])
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if redis.call('ZCARD', key) >= tonumber(ARGV[i + 3]) then return i end
end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + tonumber(ARGV[2]), ARGV[3])
  if redis.call('PTTL', key) < tonumber(ARGV[2]) then redis.call('PEXPIRE', key, ARGV[2]) end
end
return 0`;

/** Bounds what is asked of devices at the same time, counted in Redis for all copies of the API together. */
@Injectable()
export class ReadLimits {
  constructor(private readonly redis: RedisConnections) {}

  /** @throws TooManyReadsError, ReadsUnavailableError when Redis does not answer */
  async take(limit: ReadLimit, commandId: string, deviceId: string, userId: string): Promise<Held> {
    const keys = [this.key(limit, `device:${deviceId}`), this.key(limit, `person:${userId}`)];
    const bounds = [limit.perDevice, limit.perPerson];
    const over = await this.inRedis((redis) =>
      redis.eval(TAKE, 2, ...keys, Date.now(), limit.leaseMs, commandId, ...bounds),
    );
    const what = `cannot begin another ${limit.what}`;
    if (over === 1) throw new TooManyReadsError(`${what}: ${limit.perDevice} of device "${deviceId}" are under way`);
    if (over === 2) throw new TooManyReadsError(`${what}: you have ${limit.perPerson} under way`);
    return {
      renew: () =>
        this.quietly(keys, (pipeline, key) =>
          pipeline.zadd(key, Date.now() + limit.leaseMs, commandId).pexpire(key, limit.leaseMs),
        ),
      release: () => this.quietly(keys, (pipeline, key) => pipeline.zrem(key, commandId)),
    };
  }

  private async inRedis<T>(work: (redis: RedisConnections['commands']) => Promise<T>): Promise<T> {
    try {
      return await work(this.redis.commands);
    } catch (cause) {
      throw new ReadsUnavailableError('cannot read from devices: Redis does not answer', { cause });
    }
  }

  private async quietly(
    keys: readonly string[],
    add: (pipeline: ReturnType<RedisConnections['commands']['pipeline']>, key: string) => unknown,
  ): Promise<void> {
    const pipeline = this.redis.commands.pipeline();
    for (const key of keys) add(pipeline, key);
    await Promise.allSettled([pipeline.exec()]);
  }

  private key({ what }: ReadLimit, of: string): string {
    return `${this.redis.prefix}:under-way:${what.replace(' ', '-')}:${of}`;
  }
}
