import { Injectable } from '@nestjs/common';
import type { CommandReport } from '@corefleet/contracts/device-protocol';
import { Database } from '@corefleet/platform/database';

/** A report as it came over a link. */
export interface ReceivedCommandReport {
  readonly enrolmentId: string;
  readonly journalEpoch: number;
  readonly number: number;
  readonly report: CommandReport;
}

/** Keeps what agents say of their commands until the worker folds it. The gateway's side of table `command_reports`. */
@Injectable()
export class CommandReportsIngest {
  constructor(private readonly database: Database) {}

  /** One statement for the batch; a report that is there already is left as it is. */
  async insert(reports: readonly ReceivedCommandReport[]): Promise<void> {
    if (reports.length === 0) return;
    await this.database.rows(
      'insert-command-reports',
      `INSERT INTO command_reports (enrolment_id, journal_epoch, number, command_id, report, received_at)
       SELECT enrolment_id, journal_epoch, number, command_id, report, now()
         FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::uuid[], $5::jsonb[])
              AS given (enrolment_id, journal_epoch, number, command_id, report)
       ON CONFLICT DO NOTHING`,
      [
        reports.map(({ enrolmentId }) => enrolmentId),
        reports.map(({ journalEpoch }) => journalEpoch),
        reports.map(({ number }) => number),
        reports.map(({ report }) => report.commandId),
        reports.map(({ report }) => JSON.stringify(report)),
      ],
    );
  }
}
