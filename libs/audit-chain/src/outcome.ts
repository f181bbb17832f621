import type { Verdict } from './verdict';

/**
 * proven: checkpoints prove every entry. contradicted: something is not as it was sealed. unproven: nothing contradicts, but
 * some entries, or all, are known to no checkpoint.
 */
export type Outcome = 'proven' | 'contradicted' | 'unproven';

export function outcomeOf({ entries, proven, findings }: Verdict): Outcome {
  if (findings.length > 0) return 'contradicted';
  return entries > 0 && proven === entries ? 'proven' : 'unproven';
}
