import { z } from 'zod';
import { page, pageQuery, someText, time } from './common';

export const AuditQuery = z.strictObject({
  ...pageQuery,
  /** e.g. `command.issue` */
  action: someText(128).optional(),
  subjectId: someText(256).optional(),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditEntryView = z.object({
  /** A decimal number that rises with each entry. */
  id: z.string(),
  at: time,
  actor: z.object({
    kind: z.enum(['person', 'token', 'device', 'system']),
    id: z.string(),
    name: z.string(),
    /** Address the request came from. */
    source: z.string().optional(),
  }),
  action: z.string(),
  subject: z.object({ kind: z.string(), id: z.string() }),
  /** done | refused */
  outcome: z.string(),
  remark: z.string().optional(),
  details: z.unknown(),
});
export type AuditEntryView = z.infer<typeof AuditEntryView>;

export const AuditPage = page(AuditEntryView);
export type AuditPage = z.infer<typeof AuditPage>;
