import { z } from 'zod';
import { InvalidRequestError } from '@corefleet/platform/errors';

const bigint = z.string().regex(/^-?\d{1,19}$/);

/** Where a page of changes ended: spawn time in nanoseconds, enrolment, change id. */
export const ChangePlace = z.tuple([bigint, z.uuid(), z.string()]);

/** Where a page of what devices said ended: when the server wrote it (microseconds since 1970), enrolment, epoch, number. */
export const SaidPlace = z.tuple([z.string().regex(/^\d{1,17}$/), z.uuid(), z.int32(), bigint]);
export type SaidPlace = z.infer<typeof SaidPlace>;

export const writeCursor = (place: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** @throws InvalidRequestError for a cursor that no page of this list ended with */
export function readCursor<Place>(cursor: string, place: z.ZodType<Place>): Place {
  const parsed = place.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new InvalidRequestError('cannot list: the cursor is not one that was given', [
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
