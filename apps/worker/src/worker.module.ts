import { Module, type DynamicModule } from '@nestjs/common';
import { ArtifactsModule } from '@corefleet/features/artifacts';
import { CommandNudges, CommandsModule } from '@corefleet/features/commands';
import { RolloutsModule } from '@corefleet/features/rollouts';
import { WebhookSenderModule } from '@corefleet/features/webhooks';
import type { Clock } from '@corefleet/platform/clock';
import type { Logger } from '@corefleet/platform/logger';
import { COMMANDS_QUEUE, ROLLOUTS_QUEUE } from '@corefleet/platform/queue';
import { storesOf } from '@corefleet/platform/stores';
import type { WorkerConfig } from './config';
import { ArrivalsListener } from './arrivals-listener';
import { CHANGES_KEPT_DAYS, ChangesSweeper } from './changes-sweeper';
import { FleetMetrics } from './fleet-metrics';
import { HISTORY_KEPT_DAYS, HistoryKeeper } from './history-keeper';
import { ReportFolder } from './report-folder';
import { RolloutsProcessor } from './rollouts.processor';
import { ArtifactsSweeper } from './artifacts-sweeper';
import { SWEEP_TIMES, Sweeper, type SweepTimes } from './sweeper';

@Module({})
export class WorkerModule {
  static for(config: WorkerConfig, logger: Logger, clock?: Clock): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        ...storesOf(config, { part: 'worker', queues: [COMMANDS_QUEUE, ROLLOUTS_QUEUE], works: true }, logger, clock),
        ArtifactsModule.for(config.COREFLEET_ARTIFACTS_DIR),
        CommandsModule,
        RolloutsModule,
        WebhookSenderModule.for({
          allow: config.COREFLEET_WEBHOOKS_ALLOW,
          publicUrl: config.COREFLEET_PUBLIC_URL ?? '',
          keptDays: config.COREFLEET_DELIVERIES_KEPT_DAYS,
        }),
      ],
      providers: [
        RolloutsProcessor,
        ReportFolder,
        ArrivalsListener,
        CommandNudges,
        Sweeper,
        ArtifactsSweeper,
        FleetMetrics,
        HistoryKeeper,
        ChangesSweeper,
        { provide: CHANGES_KEPT_DAYS, useValue: config.COREFLEET_CHANGES_KEPT_DAYS },
        { provide: HISTORY_KEPT_DAYS, useValue: config.COREFLEET_HISTORY_KEPT_DAYS },
        {
          provide: SWEEP_TIMES,
          useValue: {
            everyMs: config.COREFLEET_SWEEP_MS,
            readsKeptMs: config.COREFLEET_READS_KEPT_MS,
          } satisfies SweepTimes,
        },
      ],
    };
  }
}
