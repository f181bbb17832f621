import { performance } from 'node:perf_hooks';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AuditContradictedError, AuditLogService, AuditSealer } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { metrics } from '@corefleet/platform/metrics';
import { Coalesced } from '@corefleet/platform/queue';

/** How often there is a round, in milliseconds. */
export const SEAL_MS = Symbol('SEAL_MS');

/** Seals the audit every few seconds, one round at a time. Commands are signed whatever comes of it. */
@Injectable()
export class AuditRounds implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(AuditRounds.name);
  /** Monotonic: of what was committed until then, all is sealed. */
  private sealedUpToMs = performance.now();
  private unwatch: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private lastSaid = '';
  private readonly rounds = new Coalesced(
    async () => {
      if ((await this.sealer.round()) === undefined) return; // another signer is at it
      const { lagSeconds } = await this.log.status(this.clock.now());
      this.sealedUpToMs = performance.now() - lagSeconds * 1000;
    },
    (error) => this.tell(error),
  );

  constructor(
    private readonly sealer: AuditSealer,
    private readonly log: AuditLogService,
    private readonly clock: Clock,
    @Inject(SEAL_MS) private readonly everyMs: number,
  ) {}

  onApplicationBootstrap(): void {
    this.unwatch = metrics.addSource(() => ({
      corefleet_audit_unsealed_seconds: [{ value: (performance.now() - this.sealedUpToMs) / 1000 }],
    }));
    this.rounds.ask();
    this.timer = setInterval(() => this.rounds.ask(), this.everyMs);
  }

  async onApplicationShutdown(): Promise<void> {
    this.unwatch?.();
    clearInterval(this.timer);
    await this.rounds.idle();
  }

  /** Somebody has edited the audit: said once as long as it is the same; the status of the audit says it all the time. */
  private tell(error: unknown): void {
    if (error instanceof AuditContradictedError) {
      if (error.message !== this.lastSaid) this.logger.error(error.message);
      this.lastSaid = error.message;
    } else this.logger.warn(`Audit not sealed, tried again soon: ${String(error)}`);
  }
}
