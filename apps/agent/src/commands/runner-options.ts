import type { CommandReport } from '@corefleet/contracts/device-protocol';
import type { SnapdClient } from '@corefleet/snapd-client';
import type { ArtifactStore } from '../artifacts/artifact-store';
import type { AgentClock } from '../clock';
import type { Journal } from '../journal/journal';
import type { BackOffLimits } from '../link/back-off';
import type { TrustedTime } from '../link/trusted-time';
import type { AgentLogger } from '../logger';
import type { ChangeTracker } from '../observer/change-tracker';

/** What the commands of one device share. */
export interface RunnerOptions {
  readonly client: SnapdClient;
  readonly journal: Journal;
  readonly time: TrustedTime;
  readonly clock: AgentClock;
  readonly random: () => number;
  readonly tracker: ChangeTracker;
  readonly artifacts: ArtifactStore;
  readonly logger: AgentLogger;
  /** Aborted when the agent stops: what is under way is left to the next run. */
  readonly signal: AbortSignal;
  /** How long snapd may take to carry out a request whose connection is gone, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Waits between tries while snapd is busy or away. */
  readonly retry: BackOffLimits;
  /** Waits between two looks at what a restart or a verification needs. */
  readonly settle: BackOffLimits;
  readBootId(): Promise<string | undefined>;
  /** The highest id of any change snapd has now. @throws what the snapd client throws */
  highestChangeId(): Promise<string>;
  report(report: CommandReport): void;
}
