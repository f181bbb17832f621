import { UnrecoverableError, type Job } from 'bullmq';
import type { z } from 'zod';

/**
 * The job's payload, parsed: whatever lies in Redis is hostile until then.
 * @throws UnrecoverableError for another shape or schema version, so that the job is kept as failed and not retried
 */
export function parseJob<T>(schema: z.ZodType<T>, job: Job): T {
  const parsed = schema.safeParse(job.data);
  if (parsed.success) return parsed.data;
  throw new UnrecoverableError(
    `cannot read job ${job.name}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`,
  );
}
