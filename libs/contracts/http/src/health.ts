import { z } from 'zod';

/** Answer of `/healthz`: the process answers. */
export const Health = z.object({ status: z.literal('ok') });
export type Health = z.infer<typeof Health>;

/** Answer of `/readyz`, with status 503 when a store does not answer. */
export const Readiness = z.object({
  status: z.enum(['ready', 'not-ready']),
  stores: z.object({ postgres: z.boolean(), redis: z.boolean() }),
});
export type Readiness = z.infer<typeof Readiness>;
