import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RedisConnections } from '@corefleet/platform/redis';
import { AttemptsUncountedError, TooManyAttemptsError } from './access.errors';

/** At most `most` attempts of one key within `windowSeconds` from the first. */
export interface AttemptLimit {
  /** Names the counter, e.g. `login`. */
  readonly name: string;
  readonly most: number;
  readonly windowSeconds: number;
  /** What is being tried, as in "cannot <what>". */
  readonly what: string;
}

/**
 * Bounds how often something is tried, counted in Redis for all processes together.
 * An attempt is counted before it is made, so that many at once do not pass the limit.
 */
@Injectable()
export class AttemptCounter {
  constructor(private readonly redis: RedisConnections) {}

  /**
   * Counts one attempt of `key`.
   * @returns how many were made in this window, this one included
   * @throws TooManyAttemptsError above the limit, AttemptsUncountedError when Redis does not answer
   */
  async count(limit: AttemptLimit, key: string): Promise<number> {
    const name = this.counterName(limit, key);
    const [made, ttl] = await this.inRedis(limit, async (redis) => {
      const replies = await redis.multi().set(name, 0, 'EX', limit.windowSeconds, 'NX').incr(name).ttl(name).exec();
      return [Number(replies?.[1]?.[1]), Number(replies?.[2]?.[1])];
    });
    if (!Number.isInteger(made)) throw new AttemptsUncountedError(limit.what, undefined);
    if (made > limit.most) throw new TooManyAttemptsError(limit.what, Math.max(ttl, 1), made === limit.most + 1);
    return made;
  }

  /** Forgets the attempts of `key`: it succeeded. */
  async forget(limit: AttemptLimit, key: string): Promise<void> {
    await this.inRedis(limit, (redis) => redis.del(this.counterName(limit, key)));
  }

  private async inRedis<T>(limit: AttemptLimit, work: (redis: RedisConnections['commands']) => Promise<T>): Promise<T> {
    try {
      return await work(this.redis.commands);
    } catch (error) {
      throw new AttemptsUncountedError(limit.what, error);
    }
  }

  /** Keys come from outside: hashed, so that none is too long or meets another's name. */
  private counterName(limit: AttemptLimit, key: string): string {
    return `${this.redis.prefix}:attempts:${limit.name}:${createHash('sha256').update(key).digest('base64url')}`;
  }
}
