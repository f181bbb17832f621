import type { SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { accountId, text } from './fields';
import { awaitChange } from './waiting';

const name = text(/^[a-z](?:-?[a-z0-9])*$/, 'invalid name: %q', 128);

/** Where a view of a confdb schema is. */
export const confdbView = { account: accountId, schema: name, view: name };

/** Dotted path within a view. */
export const confdbKey = z.string().check(z.minLength(1), z.maxLength(256));

/** Reading takes hooks of other snaps: this long at most, in milliseconds. */
const READ_MOST_MS = 60_000;

const Data = z.object({
  values: z.optional(z.unknown()),
  error: z.optional(z.object({ message: z.string(), kind: z.optional(z.string()) })),
});

/** What a view answered: values, or why it has none. */
export type ConfdbAnswer = z.infer<typeof Data>;

/**
 * Reads a view, which snapd does by a change.
 * @throws when that change fails or takes too long
 */
export async function readConfdb(
  client: SnapdClient,
  of: { account: string; schema: string; view: string },
  query: Parameters<SnapdClient['confdb']['get']>[1],
): Promise<ConfdbAnswer> {
  const { changeId } = await client.confdb.get(of, query);
  const change = await awaitChange(client, changeId, READ_MOST_MS);
  if (change.err !== undefined) throw new Error(change.err);
  return z.parse(Data, change.data ?? {});
}
