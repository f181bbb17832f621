const MULTIPLIERS: Readonly<Record<string, number>> = {
  'mount-snap': 2,
  'copy-snap-data': 2,
  'create-recovery-system': 6,
  'finalize-recovery-system': 2,
  'service-control': 2,
  'switch-snap': 0.5,
};

const DOWNLOAD_UNIT_BYTES = 4 * 1024 * 1024;

/** How many `taskMs` a task takes; downloads grow with their size, from 2 to 40. */
export function durationMultiplier(kind: string, sizeBytes: number | undefined): number {
  if (sizeBytes !== undefined) return Math.min(40, Math.max(2, sizeBytes / DOWNLOAD_UNIT_BYTES));
  return MULTIPLIERS[kind] ?? 1;
}
