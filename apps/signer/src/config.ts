import { z } from 'zod';
import { durationMs, metricsSettings, storeSettings, tracingSettings } from '@corefleet/platform/config';

export const SignerConfig = z.object({
  ...storeSettings,
  ...metricsSettings,
  ...tracingSettings,
  /** The command-signing key: PEM, made with mode 0600 when it is not there. Only this process may read it. */
  COREFLEET_SIGNER_KEY_FILE: z.string().min(1),
  /** The key that signs checkpoints of the audit: as above, and another one. */
  COREFLEET_AUDIT_KEY_FILE: z.string().min(1),
  /** Where checkpoints of the audit are kept: one directory for every copy of the signer. */
  COREFLEET_CHECKPOINTS_DIR: z.string().min(1),
  /** Milliseconds between two looks at what is to be sealed. */
  COREFLEET_SEAL_MS: durationMs(2_000).pipe(z.number().max(5_000)),
});
export type SignerConfig = z.infer<typeof SignerConfig>;
