export type { Report } from './report';
export { TooManyReportsError } from './report-limit';
export { ReportsModule } from './reports.module';
export {
  READER_SILENT_MS,
  ReaderGoneError,
  ReportsService,
  type OpenReport,
  type ReportRequest,
} from './reports.service';
export { ReportRuns } from './schedules/report-runs.service';
export { ReportSchedulesService } from './schedules/report-schedules.service';
export { PAGE_POLICY } from './writing/style';
export { fileNameOf, WRITERS } from './writing/writers';
