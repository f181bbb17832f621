import { FactName } from '@corefleet/contracts/device-protocol';
import { z } from 'zod';
import { id, page, pageQuery, time } from './common';

/** A moment, in UTC or with an offset; of a day its beginning in UTC. */
const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).transform((value) => new Date(value));

export const FactsQuery = z.strictObject({
  /** What the device showed then; absent: now. */
  asOf: moment.optional(),
});
export type FactsQuery = z.infer<typeof FactsQuery>;

/** One read of the device, whole, as it was since `receivedAt`. */
export const FactView = z.object({ name: z.string(), digest: z.string(), value: z.unknown(), receivedAt: time });
export type FactView = z.infer<typeof FactView>;

export const FactList = z.object({
  items: z.array(FactView),
  /** The moment that was asked for. */
  asOf: time.optional(),
  /** Why there were none then. */
  note: z.string().optional(),
});
export type FactList = z.infer<typeof FactList>;

export const FactParams = z.strictObject({ id, name: z.enum(FactName.options) });

/** Values are compared as they are read, so pages are small. */
const HISTORY_LIMIT = { default: 20, most: 100 } as const;

export const FactHistoryQuery = z.strictObject({
  ...pageQuery,
  limit: z.coerce.number().int().min(1).max(HISTORY_LIMIT.most).default(HISTORY_LIMIT.default),
});
export type FactHistoryQuery = z.infer<typeof FactHistoryQuery>;

/** One thing that became another. Without `from` it came, without `to` it went. */
export const FactDifference = z.object({
  /** The snap, validation set (account/name), system or warning. */
  item: z.string().optional(),
  /** The member that changed, dotted; absent where the item came or went. */
  path: z.string().optional(),
  from: z.unknown().optional(),
  to: z.unknown().optional(),
});
export type FactDifference = z.infer<typeof FactDifference>;

export const FactHistoryEntry = z.object({
  enrolmentId: id,
  digest: z.string(),
  since: time,
  /** null: it holds still. */
  until: time.nullable(),
  /** From the value before; null: none is known. */
  differences: z.array(FactDifference).nullable(),
});
export type FactHistoryEntry = z.infer<typeof FactHistoryEntry>;

export const FactHistoryPage = page(FactHistoryEntry);
export type FactHistoryPage = z.infer<typeof FactHistoryPage>;
