import { InvalidRequestError } from '@corefleet/platform/errors';

const FORMS = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  /** A bigint of Postgres, at most one digit short of its largest. */
  number: /^\d{1,18}$/,
  /** `account/name` of a validation set. */
  set: /^[-a-zA-Z0-9]{2,32}\/[-a-z0-9]{1,128}$/,
  /** Milliseconds since 1970 and a digest: a list in the order of time. */
  artifact: /^\d{1,15}\.[0-9a-f]{64}$/,
  /** Microseconds since 1970 and a UUID. */
  moment: /^\d{1,18}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
} as const;

interface Page {
  readonly items: unknown[];
  readonly next?: string | undefined;
}

/**
 * One page of a list that goes on after the id of its last row, with that id made opaque for the client. What a page has
 * besides its items stays.
 * @throws InvalidRequestError for a cursor this list did not give out
 */
export async function listPage<Q extends { cursor?: string | undefined }, P extends Page>(
  query: Q,
  idForm: keyof typeof FORMS,
  list: (query: Q) => Promise<P>,
): Promise<Omit<P, 'next'> & { next?: string }> {
  const cursor = query.cursor === undefined ? undefined : openCursor(query.cursor, FORMS[idForm]);
  const { next, ...rest } = await list({ ...query, cursor });
  return next === undefined ? rest : { ...rest, next: sealCursor(next) };
}

export function sealCursor(id: string): string {
  return Buffer.from(id).toString('base64url');
}

function openCursor(cursor: string, form: RegExp): string {
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  if (form.test(id) && sealCursor(id) === cursor) return id;
  const problem = { field: 'cursor', message: 'is not one that this list gave out' };
  throw new InvalidRequestError('cannot read the request: wrong cursor', [problem]);
}
