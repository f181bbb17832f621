import { z } from 'zod';

/** A TCP port; 0 asks the system for a free one. */
export const port = (otherwise: number) => z.coerce.number().int().min(0).max(65535).default(otherwise);

/** A length of time in milliseconds. */
export const durationMs = (otherwise: number) => z.coerce.number().int().positive().default(otherwise);

/** What every process that touches the stores needs. */
export const storeSettings = {
  /** PostgreSQL, as the role of this process. */
  COREFLEET_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Connections this process may hold. */
  COREFLEET_DATABASE_CONNECTIONS: z.coerce.number().int().min(1).max(100).default(8),
  COREFLEET_REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Prefix of every Redis key and channel: one Redis may serve several fleets. */
  COREFLEET_REDIS_PREFIX: z
    .string()
    .regex(/^[a-z0-9_-]+$/)
    .default('corefleet'),
  COREFLEET_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
};

/** Where a process shows its metrics: nowhere without a port, and on this machine alone unless told otherwise. */
export const metricsSettings = {
  COREFLEET_METRICS_HOST: z.string().default('127.0.0.1'),
  COREFLEET_METRICS_PORT: z.coerce.number().int().min(0).max(65535).optional(),
};

/** Where a process sends its traces, by the names that OpenTelemetry gives: nowhere without an endpoint. */
export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
};

/** Where the bytes of artifacts lie: the same directory for every api, gateway and worker of a fleet. */
export const artifactsDirectory = z.string().min(1);

/** The largest file that is taken, in bytes; 4 GiB unless said otherwise. */
export const artifactMaxBytes = z.coerce
  .number()
  .int()
  .min(1)
  .default(4 * 1024 ** 3);

/** Days that histories are kept: 13 months unless said otherwise, so that a month can be held against that of a year ago. */
export const historyKeptDays = z.coerce.number().int().min(1).max(36_500).default(400);

/** Days that a change is kept after it was ready, with all its tasks; snapd itself forgets it after a day. */
export const changesKeptDays = z.coerce.number().int().min(2).max(36_500).default(90);
