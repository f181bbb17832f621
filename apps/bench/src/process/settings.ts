import { z } from 'zod';

/** What libs/tooling/src/bench.mjs prepares: a durable Postgres as owner and as each role, and a real Redis. */
export const BenchConfig = z.object({
  COREFLEET_DATABASE_URL: z.url(),
  COREFLEET_API_DATABASE_URL: z.url(),
  COREFLEET_GATEWAY_DATABASE_URL: z.url(),
  COREFLEET_WORKER_DATABASE_URL: z.url(),
  COREFLEET_SIGNER_DATABASE_URL: z.url(),
  COREFLEET_REDIS_URL: z.url(),
  COREFLEET_SIGNER_KEY_FILE: z.string(),
  COREFLEET_AUDIT_KEY_FILE: z.string(),
  COREFLEET_CHECKPOINTS_DIR: z.string(),
  COREFLEET_ARTIFACTS_DIR: z.string(),
});
export type BenchConfig = z.infer<typeof BenchConfig>;
