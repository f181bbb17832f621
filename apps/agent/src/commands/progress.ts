import type { CommandReport, CommandReportState } from '@corefleet/contracts/device-protocol';
import type { Why } from './failure';

/** What is said of a command on its way: each thing once, and the last again when the server asks for it. */
export class Progress {
  /** snapd's changes, in the order in which they were made. */
  readonly changeIds: string[] = [];
  private last: CommandReport | undefined;

  constructor(
    private readonly commandId: string,
    private readonly report: (report: CommandReport) => void,
  ) {}

  say(state: CommandReportState, why: Why = {}): void {
    const report = { commandId: this.commandId, state, changeIds: [...this.changeIds], ...why };
    if (JSON.stringify(report) === JSON.stringify(this.last)) return;
    this.last = report;
    this.report(report);
  }

  sayAgain(): void {
    if (this.last) this.report(this.last);
  }
}
