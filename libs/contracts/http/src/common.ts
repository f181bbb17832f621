import { z } from 'zod';

/** A text of bounded length without NUL, which Postgres cannot keep. */
export const text = (most: number) =>
  z
    .string()
    .max(most)
    .refine((value) => !value.includes('\u0000'), 'must not contain NUL');

/** A text that is not empty either. */
export const someText = (most: number) => text(most).min(1);

/** A moment in UTC, ISO 8601 with milliseconds. The server may hand in its own Date. */
export const time = z.preprocess((value) => (value instanceof Date ? value.toISOString() : value), z.iso.datetime());

export const id = z.uuid();

/** What the one path parameter of a route names. */
export const IdParams = z.strictObject({ id });

/** Keys as in a filter: `label.<key>=<value>`. */
const labelKey = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, dots, dashes or underscores');
const LABELS_MOST = 64;
export const Labels = z
  .record(labelKey, text(256))
  .refine((labels) => Object.keys(labels).length <= LABELS_MOST, `must have at most ${LABELS_MOST} labels`);

/** Why somebody acts, in their own words; kept in the audit. */
export const remark = text(2000);

/** Body of an act that needs nothing but, maybe, a reason. */
export const ActRequest = z.strictObject({ remark: remark.optional() });
export type ActRequest = z.infer<typeof ActRequest>;

/** Where a list goes on: `next` of the page before, as it came. */
const cursor = z
  .string()
  .max(512)
  .regex(/^[A-Za-z0-9_-]+$/);
export const PAGE_LIMIT = { default: 50, most: 500 } as const;

/** Query members of every list. */
export const pageQuery = {
  cursor: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_LIMIT.most).default(PAGE_LIMIT.default),
};
export const PageQuery = z.strictObject(pageQuery);
export type PageQuery = z.infer<typeof PageQuery>;

/** One page of a list; `next` is absent on the last. */
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().optional() });

/** Value of the `Idempotency-Key` header: the same key from the same person is the same request. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters without spaces');

export const Role = z.enum(['viewer', 'auditor', 'operator', 'admin']);
export type Role = z.infer<typeof Role>;
