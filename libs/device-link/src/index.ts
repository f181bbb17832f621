export { step } from './step';
export type { LinkStep } from './step';
export { DEFAULT_POLICY, openedSession } from './session';
export type { LinkPhase, LinkPolicy, LinkSession } from './session';
export type { ChunkFrame, CutReason, HelloFrame, LinkEffect, LinkFault, LinkMessage, PoisonItem } from './messages';
export { fullBucket, takeTokens } from './bucket';
export type { Bucket, BucketLimit } from './bucket';
export { silence } from './silence';
export { CLOSE_CODES } from './close-codes';
