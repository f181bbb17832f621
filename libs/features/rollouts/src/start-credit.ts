/** A token bucket, as a row keeps it. */
export interface Bucket {
  /** Starts per minute; null is no bound. */
  readonly perMinute: number | null;
  readonly credit: number;
  /** When the credit was so; null: never used, it is full. */
  readonly at: Date | null;
}

/** The part of a minute whose starts may come at once after a pause. */
const BURST = 1 / 6;

/** Pure: starts that may be made now; Infinity without a bound. A bucket is at most ten seconds' starts full, at least one. */
export function creditNow({ perMinute, credit, at }: Bucket, now: Date): number {
  if (perMinute === null) return Infinity;
  const most = Math.max(1, perMinute * BURST);
  if (at === null) return most;
  const minutes = Math.max(0, now.getTime() - at.getTime()) / 60_000;
  return Math.min(most, credit + minutes * perMinute);
}
