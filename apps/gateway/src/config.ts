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

const count = (otherwise: number) => z.coerce.number().int().min(1).default(otherwise);

export const GatewayConfig = z.object({
  ...storeSettings,
  ...metricsSettings,
  ...tracingSettings,
  COREFLEET_BIND: z.string().default('127.0.0.1'),
  COREFLEET_PORT: port(8081),
  /** How often agents are asked to be heard; one silent for three beats is given up. */
  COREFLEET_HEARTBEAT_MS: durationMs(30_000),
  /** Agents re-read what raises no notice on every n-th beat. */
  COREFLEET_FACTS_EVERY_BEATS: count(30),
  /** Links this gateway admits in a second; what comes past it is told when to come again. */
  COREFLEET_ADMISSIONS_PER_SECOND: count(100),
  COREFLEET_ARTIFACTS_DIR: artifactsDirectory,
  COREFLEET_ARTIFACT_MAX_BYTES: artifactMaxBytes,
  /** Days that a file is kept which a device has stored. */
  COREFLEET_DEVICE_FILES_DAYS: count(7),
  /** Files on their way from or to devices at one time; the others are told when to come again. */
  COREFLEET_TRANSFERS: count(100),
  /** How long a shutdown may take to send agents to the other gateways, slice by slice, and to store what they said. */
  COREFLEET_DRAIN_MS: durationMs(120_000),
});
export type GatewayConfig = z.infer<typeof GatewayConfig>;
