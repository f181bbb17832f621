import { InvalidRequestError } from '@corefleet/platform/errors';

/** Longest decimal text of a bigint column. */
const MAX_DIGITS = 19;
const LARGEST_ID = 9_223_372_036_854_775_807n;

/** The place after an entry in the list, as an opaque text. */
export function cursorAfter(id: bigint): string {
  return Buffer.from(id.toString()).toString('base64url');
}

/**
 * The entry a cursor stands after.
 * @throws InvalidRequestError when the text is not a cursor this list gave out
 */
export function entryOfCursor(cursor: string): bigint {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const id = /^\d+$/.test(text) && text.length <= MAX_DIGITS ? BigInt(text) : undefined;
  if (id !== undefined && id <= LARGEST_ID && cursorAfter(id) === cursor) return id;
  throw new InvalidRequestError('cannot list the audit: the cursor is not one this list gave out', [
    { field: 'cursor', message: 'is not a cursor of this list' },
  ]);
}
