import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RedisConnections } from '@corefleet/platform/redis';

const NONCE_BYTES = 24;

/** Single-use nonces for upgrades and requests, in Redis: asked for at one gateway, they may be used at another. */
@Injectable()
export class Nonces {
  /**
   * Longer than an agent waits for the challenge and for the upgrade together (30 s each): it gives up, and comes again by
   * its back-off, before a gateway that is overrun would have to refuse it as a stranger, which keeps it away for minutes.
   */
  static readonly EXPIRES_IN_MS = 90_000;

  constructor(private readonly redis: RedisConnections) {}

  /** The same for enrolments that exist and those that do not. @throws when Redis is away */
  async issue(enrolmentId: string): Promise<string> {
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    await this.redis.commands.set(this.key(nonce), enrolmentId, 'PX', Nonces.EXPIRES_IN_MS);
    return nonce;
  }

  /**
   * Takes the nonce away, whoever it was for.
   * @returns the enrolment that asked for it; undefined when it is not there: used, run out, or gone with what Redis had
   * @throws when Redis is away
   */
  async consume(nonce: string): Promise<string | undefined> {
    const answers = await this.redis.commands.multi().get(this.key(nonce)).del(this.key(nonce)).exec();
    const owner = answers?.[0]?.[1];
    return typeof owner === 'string' ? owner : undefined;
  }

  private key(nonce: string): string {
    return `${this.redis.prefix}:nonce:${nonce}`;
  }
}
