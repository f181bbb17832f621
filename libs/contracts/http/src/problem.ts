import { z } from 'zod';

/** Body of every error, as `application/problem+json` (RFC 9457). */
export const Problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number().int(),
  /** Stable: what programs test. */
  code: z.string(),
  /** What happened, naming the thing, for people. */
  detail: z.string(),
  /** Every wrong field of the request at once. */
  problems: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  /** Where a filter cannot be read: the offset in characters, from 0. */
  position: z.number().int().optional(),
  /** The command that was issued before this came of it. */
  command: z.string().optional(),
  /** Of a refusal of snapd: its error kind, its value and the HTTP status of its answer, unchanged. */
  snapdKind: z.string().optional(),
  snapdValue: z.unknown().optional(),
  snapdStatus: z.number().int().optional(),
  /** Names this one error in the server's log. */
  instance: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

export const PROBLEM_TYPE = 'application/problem+json';
