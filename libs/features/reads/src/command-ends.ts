import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Database } from '@corefleet/platform/database';
import { Bus } from '@corefleet/platform/redis';

/** An event may be lost: so often the rows themselves are looked at. */
const POLL_MS = 1_000;

/** Tells who waits for a command that it has ended, whichever process ended it. */
@Injectable()
export class CommandEnds implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(CommandEnds.name);
  private readonly waiting = new Map<string, () => void>();
  private unsubscribe: (() => Promise<void>) | undefined;
  private poll: NodeJS.Timeout | undefined;
  private isPolling = false;

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
  ) {}

  async onModuleInit(): Promise<void> {
    this.unsubscribe = await this.bus.onEvent('commands', ({ id }) => {
      if (this.waiting.has(id)) void this.look([id]);
    });
    this.poll = setInterval(() => void this.lookAtAll(), POLL_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.poll);
    for (const tell of this.waiting.values()) tell();
    await this.unsubscribe?.();
  }

  /**
   * Resolves once the command has ended, `signal` aborts, or this process ends: the caller looks.
   * May be called before the command is there.
   */
  wait(commandId: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const tell = (): void => {
        this.waiting.delete(commandId);
        signal.removeEventListener('abort', tell);
        resolve();
      };
      this.waiting.set(commandId, tell);
      signal.addEventListener('abort', tell);
      if (signal.aborted) tell();
    });
  }

  /** One at a time: a database that answers slowly is asked no faster than it answers. */
  private async lookAtAll(): Promise<void> {
    if (this.isPolling) return;
    this.isPolling = true;
    await this.look([...this.waiting.keys()]);
    this.isPolling = false;
  }

  /** Does not throw: what it could not see the next poll does. */
  private async look(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    try {
      const ended = await this.database.rows<{ id: string }>(
        'ended-commands',
        'SELECT id FROM commands WHERE id = ANY ($1::uuid[]) AND finished_at IS NOT NULL',
        [ids],
      );
      for (const { id } of ended) this.waiting.get(id)?.();
    } catch (error) {
      this.logger.warn(`Ends of commands not looked for, the next poll does: ${String(error)}`);
    }
  }
}
