import { performance } from 'node:perf_hooks';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  CommandJobs,
  CommandNudges,
  closeOverdueCommands,
  forgetSensitiveAnswers,
  pruneReads,
  unsignedCommandIds,
  waitingEnrolmentIds,
} from '@corefleet/features/commands';
import { RolloutJobs, RolloutReconciler } from '@corefleet/features/rollouts';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { metrics } from '@corefleet/platform/metrics';
import { Coalesced } from '@corefleet/platform/queue';
import { ReportFolder } from './report-folder';

/** What a sweeper runs with, in milliseconds. */
export interface SweepTimes {
  readonly everyMs: number;
  /** How long reads are kept after their end. */
  readonly readsKeptMs: number;
}
export const SWEEP_TIMES = Symbol('SWEEP_TIMES');

const LOOK_EVERY_MS = 10_000;

/** A nudge under way is younger: to repeat it would cost each gateway a look for nothing. */
const NUDGE_AFTER_MS = 5_000;

/**
 * The guarantee behind every nudge: looks at the rows every few seconds and does again whatever a lost job, message or
 * process left undone. Every worker sweeps; each step is safe to run twice at once.
 */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Sweeper.name);
  private readonly sweeping = new Coalesced(
    () => this.sweep(),
    (error) => {
      metrics.count('corefleet_sweep_failures_total');
      this.logger.warn(`Sweep failed, the next one follows: ${String(error)}`);
    },
  );
  private timer: NodeJS.Timeout | undefined;
  private lookedAtMs = -Infinity;
  /** Enrolment at which the last sweep stopped nudging. */
  private nudgedUpTo: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly commands: CommandJobs,
    private readonly rollouts: RolloutJobs,
    private readonly reconciler: RolloutReconciler,
    private readonly folder: ReportFolder,
    private readonly nudges: CommandNudges,
    @Inject(SWEEP_TIMES) private readonly times: SweepTimes,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.sweeping.ask(), this.times.everyMs);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping.idle();
  }

  /** One sweep. May run beside another. @throws when a store is away: the next one follows */
  async sweep(): Promise<void> {
    const startMs = performance.now();
    await forgetSensitiveAnswers(this.database, this.clock.now()); // first: the steps below wait for Redis when it is away
    this.folder.fold();
    await this.folder.announce(await closeOverdueCommands(this.database, this.clock.now()));
    await this.requeueUnsigned();
    await this.nudgeWaiting();
    await this.lookForDevices();
    await this.rollouts.nudge(await this.reconciler.dueIds());
    await pruneReads(this.database, this.ago(this.times.readsKeptMs));
    metrics.observe('corefleet_sweep_seconds', (performance.now() - startMs) / 1000);
  }

  /** Not in every sweep: it looks at each device that a rollout waits for. */
  private async lookForDevices(): Promise<void> {
    const nowMs = this.clock.now().getTime();
    const agoMs = nowMs - this.lookedAtMs;
    if (agoMs >= 0 && agoMs < LOOK_EVERY_MS) return; // a clock that was put back does not keep it waiting
    this.lookedAtMs = nowMs;
    await this.reconciler.setUnheardAside();
    await this.reconciler.noteArrivals();
  }

  private async nudgeWaiting(): Promise<void> {
    const before = this.ago(Math.max(this.times.everyMs, NUDGE_AFTER_MS));
    const { ids, last } = await waitingEnrolmentIds(this.database, before, this.nudgedUpTo);
    this.nudgedUpTo = last;
    await this.nudges.send(ids);
  }

  private async requeueUnsigned(): Promise<void> {
    const byOperation = new Map<string, string[]>();
    for (const { id, operation } of await unsignedCommandIds(this.database, this.ago(this.times.everyMs))) {
      byOperation.set(operation, [...(byOperation.get(operation) ?? []), id]);
    }
    for (const [operation, ids] of byOperation) await this.commands.addAgain(operation, ids);
  }

  private ago(ms: number): Date {
    return new Date(this.clock.now().getTime() - ms);
  }
}
