import { InvalidRequestError } from '@corefleet/platform/errors';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The place after a token in the list, as an opaque text. */
export function cursorAfter(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

/**
 * The token a cursor stands after.
 * @throws InvalidRequestError when the text is not a cursor this list gave out
 */
export function tokenOfCursor(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (UUID.test(id)) return id;
  throw new InvalidRequestError('cannot list tokens: the cursor is not one this list gave out', [
    { field: 'cursor', message: 'is not a cursor of this list' },
  ]);
}
