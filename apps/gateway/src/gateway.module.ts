import { Module, type DynamicModule } from '@nestjs/common';
import { DEFAULT_POLICY } from '@corefleet/device-link';
import { ArtifactsModule } from '@corefleet/features/artifacts';
import { ChangesModule } from '@corefleet/features/changes';
import { CommandReportsIngest } from '@corefleet/features/commands';
import { InventoryModule } from '@corefleet/features/inventory';
import { Ids } from '@corefleet/platform/clock';
import type { Logger } from '@corefleet/platform/logger';
import { SIGNING_QUEUE } from '@corefleet/platform/queue';
import { storesOf } from '@corefleet/platform/stores';
import { AdmissionService } from './admission.service';
import type { GatewayConfig } from './config';
import { EnrolmentsRepository } from './enrolments.repository';
import { EventOutbox } from './event-outbox';
import { FileEdge } from './files/file-edge.service';
import { Transfers } from './files/transfers';
import { GatewayContext } from './gateway-context';
import { GatewayMetrics } from './gateway-metrics';
import { GatewayService } from './gateway.service';
import { HealthService } from './health.service';
import { HttpEdge } from './http-edge';
import { LinkGuard } from './link-guard.service';
import { LinkRecords } from './link-records';
import { LinkRegistry } from './link-registry';
import { LinkRuntime } from './link-runtime.service';
import { LinkServer } from './link-server';
import { Nonces } from './nonces';
import { PresenceKeeper } from './presence-keeper';
import { PullLoader } from './pull-loader';
import { ReportLanes } from './report-lanes';
import { ReportStore } from './report-store.service';
import { SignerTime } from './signer-time';
import { Uptime } from './uptime';
import { Wheel } from './wheel';

const links = [
  LinkRegistry,
  LinkRuntime,
  LinkServer,
  LinkGuard,
  LinkRecords,
  PresenceKeeper,
  PullLoader,
  SignerTime,
  Uptime,
  Wheel,
];
const edge = [HttpEdge, FileEdge, Transfers, HealthService, AdmissionService, Nonces, EnrolmentsRepository];
const reports = [GatewayMetrics, ReportLanes, ReportStore, EventOutbox, CommandReportsIngest];

/** The gateway: device sockets on one side, Postgres and Redis on the other. */
@Module({})
export class GatewayModule {
  static for(config: GatewayConfig, logger: Logger): DynamicModule {
    const { COREFLEET_HEARTBEAT_MS: heartbeatMs, COREFLEET_FACTS_EVERY_BEATS: factsEveryBeats } = config;
    const context = new GatewayContext(
      new Ids().uuid(),
      config,
      { ...DEFAULT_POLICY, heartbeatMs, factsEveryBeats },
      logger,
    );
    return {
      module: GatewayModule,
      imports: [
        ...storesOf(config, { part: 'gateway', queues: [SIGNING_QUEUE], works: false }, logger),
        ArtifactsModule.for(config.COREFLEET_ARTIFACTS_DIR),
        ChangesModule,
        InventoryModule,
      ],
      providers: [{ provide: GatewayContext, useValue: context }, ...links, ...edge, ...reports, GatewayService],
    };
  }
}
