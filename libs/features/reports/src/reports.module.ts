import { Module } from '@nestjs/common';
import { DevicesModule } from '@corefleet/features/devices';
import { InventoryModule } from '@corefleet/features/inventory';
import { RecoverySystemsModule } from '@corefleet/features/recovery-systems';
import { OccurrencesModule } from '@corefleet/features/schedules';
import { ComplianceReadModel, ValidationSetsReadModel } from '@corefleet/features/validation-sets';
import { AccessReport } from './kinds/access.report';
import { ComplianceReport } from './kinds/compliance.report';
import { DeviceHistoryReport } from './kinds/device-history.report';
import { RecoveryFreshnessReport } from './kinds/recovery-freshness.report';
import { RolloutReport } from './kinds/rollout.report';
import { SnapExposureReport } from './kinds/snap-exposure.report';
import type { ReportMaker } from './report';
import { REPORT_MAKERS, ReportsService } from './reports.service';
import { FiltersInUse } from './schedules/filters-in-use';
import { ReportRuns } from './schedules/report-runs.service';
import { ReportSchedulesService } from './schedules/report-schedules.service';

/** In the order in which people are told of them. */
const KINDS = [
  ComplianceReport,
  SnapExposureReport,
  RolloutReport,
  RecoveryFreshnessReport,
  DeviceHistoryReport,
  AccessReport,
];

/** Reports over what is kept of the fleet. Needs `DueWork` and the artifacts in the same app: the API. */
@Module({
  imports: [DevicesModule, InventoryModule, OccurrencesModule, RecoverySystemsModule],
  providers: [
    ...[ComplianceReadModel, ValidationSetsReadModel],
    ...KINDS,
    { provide: REPORT_MAKERS, useFactory: (...makers: ReportMaker[]) => makers, inject: KINDS },
    ...[ReportsService, ReportRuns, ReportSchedulesService, FiltersInUse],
  ],
  exports: [ReportsService, ReportRuns, ReportSchedulesService],
})
export class ReportsModule {}
