import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { ZodSerializerInterceptor } from 'nestjs-zod';
import { AccessModule } from '@corefleet/features/access';
import { ArtifactsModule } from '@corefleet/features/artifacts';
import { AuditLogService, AuditModule, AuditVerifier } from '@corefleet/features/audit';
import { ChangesModule } from '@corefleet/features/changes';
import { CommandsModule } from '@corefleet/features/commands';
import { DevicesModule } from '@corefleet/features/devices';
import { EnrolmentModule } from '@corefleet/features/enrolment';
import { InventoryModule } from '@corefleet/features/inventory';
import { ReadsModule } from '@corefleet/features/reads';
import {
  RecoveryPoliciesModule,
  RecoverySystemPlanner,
  RecoverySystemsModule,
} from '@corefleet/features/recovery-systems';
import { ReportsModule } from '@corefleet/features/reports';
import { PlannersModule, RolloutsModule } from '@corefleet/features/rollouts';
import { SchedulesModule } from '@corefleet/features/schedules';
import {
  ValidationSetPlanner,
  ValidationSetPlanningModule,
  ValidationSetsModule,
} from '@corefleet/features/validation-sets';
import { WebhooksModule } from '@corefleet/features/webhooks';
import type { Clock } from '@corefleet/platform/clock';
import { DueWorkModule } from '@corefleet/platform/due-work';
import type { Logger } from '@corefleet/platform/logger';
import { COMMANDS_QUEUE, ROLLOUTS_QUEUE, SCHEDULES_QUEUE } from '@corefleet/platform/queue';
import { storesOf } from '@corefleet/platform/stores';
import { AccessGuard } from './access/access.guard';
import { ArtifactsController } from './artifacts/artifacts.controller';
import { StreamCredentials } from './access/stream-credentials';
import { AuditController } from './audit/audit.controller';
import { ChangesController } from './changes/changes.controller';
import { CommandsController } from './commands/commands.controller';
import type { ApiConfig } from './config';
import { DevicesController } from './devices/devices.controller';
import { FactsController } from './devices/facts.controller';
import { EnrolController } from './enrolment/enrol.controller';
import { EnrolmentTokensController } from './enrolment/enrolment-tokens.controller';
import { EventStreams } from './events/event-streams';
import { EventsController } from './events/events.controller';
import { GroupsController } from './groups/groups.controller';
import { HealthController } from './health/health.controller';
import { ProblemFilter } from './http/problem.filter';
import { RefusalAudit } from './http/refusal-audit';
import { RequestPipe } from './http/request.pipe';
import { ApiDocument } from './openapi/api-document';
import { LimitsController } from './limits/limits.controller';
import { ManifestsController } from './manifests/manifests.controller';
import { MANIFESTS } from './manifests/providers';
import { OpenApiController } from './openapi/openapi.controller';
import { OperationsController } from './operations/operations.controller';
import { API_CONFIG, LOGGER } from './providers';
import { ReadsController } from './reads/reads.controller';
import { RecoveryPoliciesController } from './recovery-systems/recovery-policies.controller';
import { RecoverySystemsController } from './recovery-systems/recovery-systems.controller';
import { LateJoinerTurns } from './rollouts/late-joiner-turns';
import { ReportSchedulesController } from './reports/report-schedules.controller';
import { ReportsController } from './reports/reports.controller';
import { RolloutActsController } from './rollouts/rollout-acts.controller';
import { RolloutApprovalsController } from './rollouts/rollout-approvals.controller';
import { RolloutPlansController } from './rollouts/rollout-plans.controller';
import { RolloutsController } from './rollouts/rollouts.controller';
import { SchedulesController } from './schedules/schedules.controller';
import { SessionController } from './session/session.controller';
import { SetupController } from './setup/setup.controller';
import { TokensController } from './tokens/tokens.controller';
import { ComplianceController } from './validation-sets/compliance.controller';
import { ValidationSetsController } from './validation-sets/validation-sets.controller';
import { WebhooksController } from './webhooks/webhooks.controller';

const CONTROLLERS = [
  ArtifactsController,
  AuditController,
  ChangesController,
  CommandsController,
  ComplianceController,
  DevicesController,
  FactsController,
  EnrolController,
  EnrolmentTokensController,
  EventsController,
  GroupsController,
  HealthController,
  LimitsController,
  ManifestsController,
  OpenApiController,
  OperationsController,
  ReadsController,
  RecoveryPoliciesController,
  RecoverySystemsController,
  ReportSchedulesController,
  ReportsController,
  RolloutActsController,
  RolloutApprovalsController,
  RolloutPlansController,
  RolloutsController,
  SchedulesController,
  SessionController,
  SetupController,
  TokensController,
  ValidationSetsController,
  WebhooksController,
];

/** What stands before and after every handler. */
const AROUND_HANDLERS: Provider[] = [
  { provide: APP_GUARD, useClass: AccessGuard },
  { provide: APP_PIPE, useClass: RequestPipe },
  { provide: APP_INTERCEPTOR, useClass: ZodSerializerInterceptor },
  { provide: APP_FILTER, useClass: ProblemFilter },
];

@Module({})
export class ApiModule {
  static for(config: ApiConfig, logger: Logger, clock?: Clock): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        ...storesOf(
          config,
          { part: 'api', queues: [COMMANDS_QUEUE, ROLLOUTS_QUEUE, SCHEDULES_QUEUE], works: true },
          logger,
          clock,
        ),
        ArtifactsModule.for(config.COREFLEET_ARTIFACTS_DIR),
        EnrolmentModule.for({ gatewayUrl: config.COREFLEET_GATEWAY_URL }),
        ...[AccessModule, AuditModule, ChangesModule, CommandsModule, DevicesModule, InventoryModule, ReadsModule],
        DueWorkModule.for({ sweepMs: config.COREFLEET_SWEEP_MS }),
        ...[RecoveryPoliciesModule, RecoverySystemsModule, ReportsModule],
        RolloutsModule,
        PlannersModule.for(
          { module: RecoverySystemsModule, planner: RecoverySystemPlanner },
          { module: ValidationSetPlanningModule, planner: ValidationSetPlanner },
        ),
        ValidationSetsModule.for({ trustedAssertions: config.COREFLEET_TRUSTED_ASSERTIONS }),
        SchedulesModule,
        WebhooksModule,
        DiscoveryModule,
      ],
      controllers: CONTROLLERS,
      providers: [
        { provide: API_CONFIG, useValue: config },
        { provide: LOGGER, useValue: logger },
        ...[ApiDocument, EventStreams, LateJoinerTurns, RefusalAudit, StreamCredentials],
        {
          provide: AuditVerifier,
          inject: [AuditLogService],
          useFactory: (log: AuditLogService) => new AuditVerifier(log, config.COREFLEET_CHECKPOINTS_DIR),
        },
        ...MANIFESTS,
        ...AROUND_HANDLERS,
      ],
    };
  }
}
