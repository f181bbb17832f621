import { z } from 'zod';
import {
  artifactMaxBytes,
  artifactsDirectory,
  durationMs,
  port,
  metricsSettings,
  storeSettings,
  tracingSettings,
} from '@corefleet/platform/config';

const httpUrl = z.url({ protocol: /^https?$/ });

/** Settings of the API, by the names of their environment variables. */
export const ApiConfig = z.object({
  ...storeSettings,
  ...metricsSettings,
  ...tracingSettings,
  /** Address to listen on: this machine alone unless told otherwise. */
  COREFLEET_BIND: z.string().default('127.0.0.1'),
  COREFLEET_PORT: port(8080),
  COREFLEET_ARTIFACTS_DIR: artifactsDirectory,
  COREFLEET_ARTIFACT_MAX_BYTES: artifactMaxBytes,
  /** Where the signer keeps checkpoints, when it is within reach: to verify the audit here too. */
  COREFLEET_CHECKPOINTS_DIR: z.string().min(1).optional(),
  /** How often it looks at what is due, such as schedules. */
  COREFLEET_SWEEP_MS: durationMs(2_000),
  /** Where people reach the API; where it listens, when absent. */
  COREFLEET_PUBLIC_URL: httpUrl.optional(),
  /** Where devices reach the gateway. */
  COREFLEET_GATEWAY_URL: httpUrl,
  /** Proxies whose X-Forwarded-For is believed: addresses or networks, separated by commas. */
  COREFLEET_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((entry) => entry.trim() || [])),
  /** A file of account and account-key assertions that are trusted as given, beside Canonical's. */
  COREFLEET_TRUSTED_ASSERTIONS: z.string().min(1).optional(),
  /** Enrolments one source address may ask for in a minute. */
  COREFLEET_ENROLMENTS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(600),
});
export type ApiConfig = z.infer<typeof ApiConfig>;
