import { z } from 'zod';
import { InvalidRequestError } from '@corefleet/platform/errors';

const Place = z.tuple([z.string().regex(/^-?\d{1,19}$/), z.uuid(), z.string()]);

/** Where a page of changes ended: spawn time in nanoseconds, enrolment, change id. */
export type ChangePlace = z.infer<typeof Place>;

export const writeCursor = (place: ChangePlace): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** @throws InvalidRequestError for a cursor that no page ended with */
export function readCursor(cursor: string): ChangePlace {
  const parsed = Place.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new InvalidRequestError('cannot list changes: the cursor is not one that was given', [
    { field: 'cursor', message: 'is not one that was given' },
  ]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
