import type { BackOffLimits } from './link/back-off';
import type { PollIntervals } from './observer/change-tracker';

/** How often and how long, in milliseconds. Fleets of simulated devices shorten some. */
export interface AgentTimings {
  readonly linkBackOff: BackOffLimits;
  /** Wait after the server refused the device. */
  readonly refusedMs: number;
  readonly connectTimeoutMs: number;
  /** How long snapd may take to answer a request that changes something: with its store down it holds one for 32 s. */
  readonly requestTimeoutMs: number;
  /** Between tries while snapd is busy with other changes, or away. */
  readonly retry: BackOffLimits;
  /** Between looks at what needs a moment to show: a restart, a service. */
  readonly settle: BackOffLimits;
  /** Of unready changes. */
  readonly poll: PollIntervals;
  readonly noticesWaitMs: number;
  readonly noticesBackOff: BackOffLimits;
  /** How long wishes to read the facts are gathered. */
  readonly factsGatherMs: number;
  /** How long what is to be reported is gathered, so that a command that ends at once is one frame. */
  readonly reportGatherMs: number;
  /** Commands that may be accepted and not ended before no more are pulled. A count. */
  readonly openCommands: number;
}

export const DEFAULT_TIMINGS: AgentTimings = {
  linkBackOff: { firstMs: 1000, longestMs: 300_000 },
  refusedMs: 300_000,
  connectTimeoutMs: 30_000,
  requestTimeoutMs: 60_000,
  retry: { firstMs: 1000, longestMs: 15_000 },
  settle: { firstMs: 500, longestMs: 5000 },
  poll: { firstMs: 250, longestMs: 5000 },
  noticesWaitMs: 60_000,
  noticesBackOff: { firstMs: 500, longestMs: 10_000 },
  factsGatherMs: 1000,
  reportGatherMs: 20,
  openCommands: 100,
};
