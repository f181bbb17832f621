import { z } from 'zod';
import { storeSettings } from '@corefleet/platform/config';

export const SignerConfig = z.object({
  ...storeSettings,
  /** The command-signing key: PEM, made with mode 0600 when it is not there. Only this process may read it. */
  COREFLEET_SIGNER_KEY_FILE: z.string().min(1),
});
export type SignerConfig = z.infer<typeof SignerConfig>;
