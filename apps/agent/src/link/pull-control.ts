export interface PullControlOptions {
  /** Whether a pull may be sent now. */
  canPull(): boolean;
  send(): void;
}

/** At most one pull at a time; wishes that come meanwhile make one more. */
export class PullControl {
  private outstanding = false;
  private wanted = false;

  constructor(private readonly options: PullControlOptions) {}

  /** There may be commands. */
  pull(): void {
    if (this.outstanding || !this.options.canPull()) {
      this.wanted = true;
      return;
    }
    this.outstanding = true;
    this.wanted = false;
    this.options.send();
  }

  /** A command has ended: what there was no room for may be pulled now. */
  roomMade(): void {
    if (this.wanted) this.pull();
  }

  /** The commands of the outstanding pull are accepted. */
  answered(more: boolean): void {
    this.outstanding = false;
    if (more || this.wanted) this.pull();
  }

  /** The outstanding pull will not be answered. */
  reset(): void {
    this.outstanding = false;
  }
}
