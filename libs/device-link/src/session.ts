import { LIMITS, SPOKEN_PROTOCOLS } from '@corefleet/contracts/device-protocol';
import { NO_PULLS, type Pulls } from './pulls';
import type { Stream } from './streams';
import { fullBucket, type Bucket, type BucketLimit } from './bucket';

/** See the table in step.ts. */
export type LinkPhase = 'opened' | 'joining' | 'joined' | 'leaving' | 'closed';

/** All that is remembered of one live link. A value: `step` answers with the next one. */
export interface LinkSession {
  readonly phase: LinkPhase;
  /** What agent and server agreed on; 0 before hello. */
  readonly protocol: number;
  /** Rises with each journal of this enrolment; 0 until the link is recorded. */
  readonly journalEpoch: number;
  readonly timeNonce: string;
  readonly bootId: string | undefined;
  readonly snapdState: string;
  /** Report items taken and not yet acknowledged. */
  readonly unacked: number;
  /** Whether its pulls stand: see pulls.ts. */
  readonly pullsStand: boolean;
  readonly pulls: Pulls;
  readonly frames: Bucket;
  readonly items: Bucket;
  /** Reads that are followed over this link. */
  readonly streams: readonly Stream[];
  /** Frames that came between hello and the recorded link. */
  readonly held: readonly string[];
}

/** How a gateway treats its links. Times in milliseconds. */
export interface LinkPolicy {
  /** Newest first. */
  readonly spokenProtocols: readonly number[];
  readonly heartbeatMs: number;
  readonly factsEveryBeats: number;
  readonly unackedItems: number;
  /** What may be held between hello and the recorded link; characters are of all frames together. */
  readonly held: { readonly frames: number; readonly characters: number };
  readonly frames: BucketLimit;
  readonly items: BucketLimit;
}

/** What a gateway runs with unless its configuration says otherwise. */
export const DEFAULT_POLICY: LinkPolicy = {
  spokenProtocols: SPOKEN_PROTOCOLS,
  heartbeatMs: 30_000,
  factsEveryBeats: 30,
  unackedItems: LIMITS.unackedItems,
  held: { frames: 32, characters: 2 * LIMITS.agentFrameBytes },
  frames: { perSecond: 400, burst: 800, debt: 400 },
  items: { perSecond: 2_000, burst: 4_000, debt: 4_000 },
};

/** A link whose upgrade was just admitted. */
export const openedSession = (policy: LinkPolicy, nowMs: number): LinkSession => ({
  phase: 'opened',
  protocol: 0,
  journalEpoch: 0,
  timeNonce: '',
  bootId: undefined,
  snapdState: 'unreachable',
  unacked: 0,
  pullsStand: false,
  pulls: NO_PULLS,
  frames: fullBucket(policy.frames, nowMs),
  items: fullBucket(policy.items, nowMs),
  streams: [],
  held: [],
});
