import { Injectable } from '@nestjs/common';
import { Database } from '@corefleet/platform/database';
import { RedisConnections } from '@corefleet/platform/redis';

const ANSWER_FRESH_MS = 1_000;

/** Whether this gateway should be sent agents. */
@Injectable()
export class HealthService {
  private draining = false;
  private answer: { at: number; away: Promise<string[]> } | undefined;

  constructor(
    private readonly database: Database,
    private readonly redis: RedisConnections,
  ) {}

  get isDraining(): boolean {
    return this.draining;
  }

  drain(): void {
    this.draining = true;
  }

  /** @returns what it cannot work without and has not now; asked of the stores at most once a second */
  async away(): Promise<string[]> {
    if (this.draining) return ['draining'];
    const at = Date.now();
    if (!this.answer || at - this.answer.at > ANSWER_FRESH_MS) this.answer = { at, away: this.ask() };
    return this.answer.away;
  }

  private async ask(): Promise<string[]> {
    const [postgres, redis] = await Promise.allSettled([this.database.ping(), this.redis.commands.ping()]);
    return [...(postgres.status === 'rejected' ? ['postgres'] : []), ...(redis.status === 'rejected' ? ['redis'] : [])];
  }
}
