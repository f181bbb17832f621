import { z } from 'zod';
import { ApiConfig } from '@corefleet/apps/api';
import { WorkerConfig } from '@corefleet/apps/worker';
import {
  changesKeptDays,
  durationMs,
  historyKeptDays,
  port,
  metricsSettings,
  storeSettings,
  tracingSettings,
} from '@corefleet/platform/config';

const { COREFLEET_DATABASE_URL: postgresUrl, ...shared } = storeSettings;

/** All four processes in one: each still has its own Postgres role. */
export const StandaloneConfig = z.object({
  ...shared,
  ...metricsSettings,
  ...tracingSettings,
  COREFLEET_API_DATABASE_URL: postgresUrl,
  COREFLEET_GATEWAY_DATABASE_URL: postgresUrl,
  COREFLEET_WORKER_DATABASE_URL: postgresUrl,
  COREFLEET_SIGNER_DATABASE_URL: postgresUrl,
  COREFLEET_SIGNER_KEY_FILE: z.string().min(1),
  COREFLEET_AUDIT_KEY_FILE: z.string().min(1),
  COREFLEET_CHECKPOINTS_DIR: z.string().min(1),
  COREFLEET_BIND: z.string().default('127.0.0.1'),
  COREFLEET_API_PORT: port(8080),
  COREFLEET_GATEWAY_PORT: port(8081),
  /** http(s) address of the gateway as devices reach it; where it listens, when it is not set. */
  COREFLEET_GATEWAY_URL: z.url().optional(),
  COREFLEET_PUBLIC_URL: ApiConfig.shape.COREFLEET_PUBLIC_URL,
  COREFLEET_TRUSTED_PROXIES: ApiConfig.shape.COREFLEET_TRUSTED_PROXIES,
  COREFLEET_ENROLMENTS_PER_MINUTE: ApiConfig.shape.COREFLEET_ENROLMENTS_PER_MINUTE,
  COREFLEET_ARTIFACTS_DIR: ApiConfig.shape.COREFLEET_ARTIFACTS_DIR,
  COREFLEET_ARTIFACT_MAX_BYTES: ApiConfig.shape.COREFLEET_ARTIFACT_MAX_BYTES,
  COREFLEET_TRUSTED_ASSERTIONS: ApiConfig.shape.COREFLEET_TRUSTED_ASSERTIONS,
  COREFLEET_SWEEP_MS: durationMs(2_000),
  COREFLEET_HISTORY_KEPT_DAYS: historyKeptDays,
  COREFLEET_CHANGES_KEPT_DAYS: changesKeptDays,
  COREFLEET_WEBHOOKS_ALLOW: WorkerConfig.shape.COREFLEET_WEBHOOKS_ALLOW,
  COREFLEET_DELIVERIES_KEPT_DAYS: WorkerConfig.shape.COREFLEET_DELIVERIES_KEPT_DAYS,
  /** Only the demo sets this: an admin `demo` with this password. Without it the first admin comes by a one-time link. */
  COREFLEET_DEMO_PASSWORD: z.string().optional(),
});
export type StandaloneConfig = z.infer<typeof StandaloneConfig>;
