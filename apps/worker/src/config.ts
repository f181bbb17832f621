import { z } from 'zod';
import { isNetwork } from '@corefleet/features/webhooks';
import {
  artifactsDirectory,
  changesKeptDays,
  durationMs,
  historyKeptDays,
  metricsSettings,
  storeSettings,
  tracingSettings,
} from '@corefleet/platform/config';

export const WorkerConfig = z.object({
  ...storeSettings,
  ...metricsSettings,
  ...tracingSettings,
  COREFLEET_ARTIFACTS_DIR: artifactsDirectory,
  /** How often the sweep makes good what a lost nudge left behind. */
  COREFLEET_SWEEP_MS: durationMs(2_000),
  /** How long reads are kept after their end. */
  COREFLEET_READS_KEPT_MS: durationMs(3_600_000),
  COREFLEET_HISTORY_KEPT_DAYS: historyKeptDays,
  COREFLEET_CHANGES_KEPT_DAYS: changesKeptDays,
  /** Where people reach the API: messages of webhooks link there; a path alone when absent. */
  COREFLEET_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Addresses or networks, separated by commas, that webhooks may be sent to although they are private, local or reserved. */
  COREFLEET_WEBHOOKS_ALLOW: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((entry) => entry.trim() || []))
    .refine((list) => list.every(isNetwork), 'must be addresses or networks, separated by commas'),
  /** Days that deliveries of webhooks are kept after their end. */
  COREFLEET_DELIVERIES_KEPT_DAYS: z.coerce.number().int().min(1).max(36_500).default(30),
});
export type WorkerConfig = z.infer<typeof WorkerConfig>;
