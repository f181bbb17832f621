import type { Numbered, ReadFrames } from './framing';

/** What a file still proves. */
export interface Provable<T> {
  /** Each record once, in the order in which they were kept. */
  readonly records: T[];
  /** Absent when nothing that was kept is missing. */
  readonly damage?: Damage;
}

export interface Damage {
  /** What is wrong with the file, in words. */
  readonly reason: string;
  /** Index in `records` from which on nothing is missing; their length when the end itself may be missing. */
  readonly completeFrom: number;
}

/**
 * Tells what was kept from what is there. Records are numbered, so one that is missing and one that comes twice show.
 *
 * | found                                                       | means                                                  |
 * |-------------------------------------------------------------|--------------------------------------------------------|
 * | a number again                                              | a copy of what was read already: left out              |
 * | a number left out; a beginning without record `journal`     | records that were kept are missing before this one     |
 * | the mark is above the last number                           | the end is missing: what was kept and synced is gone   |
 * | behind the last record one cut short, the mark not above    | an append that a crash interrupted: nobody acted on it |
 * | behind the last record anything else                        | the last record may be damaged, so the end is missing  |
 *
 * @param mark the highest number that was kept and synced, as last written down beside the file; undefined when unknown
 */
export function provable<T extends Numbered & { readonly t: string }>(
  { records: found, tail }: Pick<ReadFrames, 'records' | 'tail'>,
  mark: number | undefined,
): Provable<T> {
  const records: T[] = [];
  const reasons: string[] = [];
  let [completeFrom, last] = [0, 0];
  for (const record of found as T[]) {
    if (records.length > 0 && record.n <= last) continue;
    const missing = records.length === 0 ? record.t !== 'journal' : record.n !== last + 1;
    if (missing) {
      reasons.push(
        records.length === 0 ? 'its beginning is missing' : `records ${last + 1} to ${record.n - 1} are missing`,
      );
      completeFrom = records.length;
    }
    records.push(record);
    last = record.n;
  }
  if (tail === 'damaged' || (mark ?? 0) > last) {
    reasons.push(
      tail === 'damaged' ? `what follows record ${last} is no record` : `records ${last + 1} to ${mark} are missing`,
    );
    completeFrom = records.length;
  }
  return { records, ...(reasons.length > 0 && { damage: { reason: reasons.join('; '), completeFrom } }) };
}
