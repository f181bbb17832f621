export interface WaveView {
  readonly number: number;
  readonly size: number;
  readonly status: string;
  /** Target state -> devices; they add up to `size`. */
  readonly counts: Record<string, number>;
}

/** A rollout as people see it. */
export interface RolloutView {
  readonly id: string;
  readonly name: string;
  readonly operation: string;
  /** Without secrets. */
  readonly parameters: unknown;
  readonly filter: string;
  readonly status: string;
  readonly reason: string | null;
  readonly maxInFlight: number;
  readonly maxFailedPercent: number;
  readonly minFailed: number;
  readonly deadlineSeconds: number;
  readonly targetCount: number;
  readonly waves: WaveView[];
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly version: number;
}

export interface RolloutPage {
  readonly items: RolloutView[];
  readonly next?: string;
}

/** One device of a rollout; status, cause and message are its command's. */
export interface TargetView {
  readonly deviceId: string;
  readonly serial: string;
  readonly wave: number;
  readonly status: string;
  readonly commandId: string | null;
  readonly cause: string | null;
  readonly message: string | null;
}

export interface TargetPage {
  readonly items: TargetView[];
  readonly next?: string;
}
