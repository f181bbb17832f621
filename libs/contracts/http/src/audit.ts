import { z } from 'zod';
import { page, pageQuery, someText, time } from './common';

const moment = z.iso.datetime({ offset: true }).pipe(z.coerce.date());

/** Which entries; those for which all that is said holds. */
const filter = {
  /** e.g. `command.issue` */
  action: someText(128).optional(),
  subjectId: someText(256).optional(),
  /** Of the person, token, schedule, device or process. */
  actorId: someText(256).optional(),
  /** From this time on, and before it. */
  since: moment.optional(),
  until: moment.optional(),
};

export const AuditQuery = z.strictObject({ ...pageQuery, ...filter });
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditEntryView = z.object({
  /** A decimal number that rises with each entry. */
  id: z.string(),
  at: time,
  actor: z.object({
    kind: z.enum(['person', 'token', 'schedule', 'device', 'system']),
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

export const AuditExportQuery = z.strictObject({
  ...filter,
  /** The last position; all that is sealed when absent. */
  to: z.coerce.number().int().min(1).optional(),
});
export type AuditExportQuery = z.infer<typeof AuditExportQuery>;

export const AuditStatus = z.object({
  /** Entries that are sealed. */
  sealed: z.number(),
  /** Entries that are not yet, and the age of the oldest in seconds. A transaction that writes and runs long holds them up. */
  waiting: z.number(),
  lagSeconds: z.number(),
  /** `refusing`: somebody has edited the tables. Null: no signer has sealed yet. */
  sealer: z.object({ state: z.enum(['sealing', 'refusing']), reason: z.string().nullable(), at: time }).nullable(),
});
export type AuditStatus = z.infer<typeof AuditStatus>;

export const AuditVerification = z.object({
  /** proven: every entry that checkpoints know. unproven: there is none that they know. */
  outcome: z.enum(['proven', 'contradicted', 'unproven']),
  /** Entries that were looked at, and those that checkpoints prove. */
  entries: z.number(),
  proven: z.number(),
  /** The last position that a checkpoint knows: newer entries are not looked at. */
  knownTo: z.number(),
  /** Keys that have signed the checkpoints: raw Ed25519, base64url. */
  keys: z.array(z.string()),
  /** What is not as it was sealed, in words that name the entry; a hundred at most. */
  findings: z.array(z.object({ kind: z.string(), position: z.number(), message: z.string() })),
  /** Ids of entries that have no seal though later ones have: written past the sealer. */
  passedOver: z.array(z.string()),
});
export type AuditVerification = z.infer<typeof AuditVerification>;
