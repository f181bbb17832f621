import { FleetError } from '@corefleet/platform/errors';

/** Reports are asked for faster than this process may make them. */
export class TooManyReportsError extends FleetError {
  readonly code = 'too-many-reports';
}

/** Each holds a connection of the process, and the database's memory of one moment, until it is read. */
const AT_ONCE_MOST = 2;

/** Counts the reports that a process makes at once. */
export class ReportLimit {
  private open = 0;

  /** @throws TooManyReportsError */
  take(): void {
    if (this.open >= AT_ONCE_MOST)
      throw new TooManyReportsError(
        `cannot make the report: ${this.open} are being made here, try again when one is done`,
      );
    this.open += 1;
  }

  release(): void {
    this.open -= 1;
  }
}
