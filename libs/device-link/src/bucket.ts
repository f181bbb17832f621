/** A token bucket as data: how much a device may still say, as of a moment. */
export interface Bucket {
  /** Negative: a debt that has to be waited off. */
  readonly tokens: number;
  /** Monotonic milliseconds of the last change. */
  readonly atMs: number;
}

export interface BucketLimit {
  readonly perSecond: number;
  readonly burst: number;
  /** A device this deep in debt does not listen to backpressure and is cut off. */
  readonly debt: number;
}

export const fullBucket = (limit: BucketLimit, nowMs: number): Bucket => ({ tokens: limit.burst, atMs: nowMs });

/** Takes `amount`, into debt if need be, after adding what time has given since. */
export function takeTokens(bucket: Bucket, limit: BucketLimit, amount: number, nowMs: number): Bucket {
  const given = (Math.max(0, nowMs - bucket.atMs) * limit.perSecond) / 1_000;
  return { tokens: Math.min(limit.burst, bucket.tokens + given) - amount, atMs: nowMs };
}

/** Milliseconds until the debt is waited off; 0 without one. */
export const debtMs = (bucket: Bucket, limit: BucketLimit): number =>
  bucket.tokens >= 0 ? 0 : Math.ceil((-bucket.tokens * 1_000) / limit.perSecond);

export const isOverdrawn = (bucket: Bucket, limit: BucketLimit): boolean => bucket.tokens < -limit.debt;
