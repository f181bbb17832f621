import { z } from 'zod';
import { durationMs, storeSettings } from '@corefleet/platform/config';

export const WorkerConfig = z.object({
  ...storeSettings,
  /** How often the sweep makes good what a lost nudge left behind. */
  COREFLEET_SWEEP_MS: durationMs(2_000),
});
export type WorkerConfig = z.infer<typeof WorkerConfig>;
