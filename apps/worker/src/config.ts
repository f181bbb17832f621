import { z } from 'zod';
import {
  artifactsDirectory,
  changesKeptDays,
  durationMs,
  historyKeptDays,
  storeSettings,
} from '@corefleet/platform/config';

export const WorkerConfig = z.object({
  ...storeSettings,
  COREFLEET_ARTIFACTS_DIR: artifactsDirectory,
  /** How often the sweep makes good what a lost nudge left behind. */
  COREFLEET_SWEEP_MS: durationMs(2_000),
  /** How long reads are kept after their end. */
  COREFLEET_READS_KEPT_MS: durationMs(3_600_000),
  COREFLEET_HISTORY_KEPT_DAYS: historyKeptDays,
  COREFLEET_CHANGES_KEPT_DAYS: changesKeptDays,
});
export type WorkerConfig = z.infer<typeof WorkerConfig>;
