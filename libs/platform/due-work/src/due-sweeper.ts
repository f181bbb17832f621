import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Coalesced } from '@corefleet/platform/queue';
import { DueWork } from './due-work';

/** How often the rows are looked at, in milliseconds. */
export const DUE_SWEEP_MS = Symbol('DUE_SWEEP_MS');

const ALIGN_EVERY_MS = 60_000;

/** Looks at the rows every few seconds, and every minute at the job schedulers. Every process that has due work does. */
@Injectable()
export class DueSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(DueSweeper.name);
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly sweeping = new Coalesced(
    () => this.due.sweep(),
    (error) => this.logger.warn(`Sweep of what is due failed, the next one follows: ${reasonsOf(error)}`),
  );
  private readonly aligning = new Coalesced(
    () => this.due.align(),
    (error) => this.logger.warn(`Job schedulers not aligned, tried again in a minute: ${String(error)}`),
  );

  constructor(
    private readonly due: DueWork,
    @Inject(DUE_SWEEP_MS) private readonly everyMs: number,
  ) {}

  onApplicationBootstrap(): void {
    this.aligning.ask();
    this.sweeping.ask();
    this.timers.push(setInterval(() => this.sweeping.ask(), this.everyMs));
    this.timers.push(setInterval(() => this.aligning.ask(), ALIGN_EVERY_MS));
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all([this.sweeping.idle(), this.aligning.idle()]);
  }
}

const reasonsOf = (error: unknown): string =>
  error instanceof AggregateError ? [error.message, ...error.errors].map(String).join('; ') : String(error);
