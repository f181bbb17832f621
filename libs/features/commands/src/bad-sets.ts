import { parseValidationSet } from '@corefleet/operations';
import type { Database } from '@corefleet/platform/database';
import { InvalidRequestError } from '@corefleet/platform/errors';

/** Operations that bring what a set asks for onto a device, or hold it there, and the parameter that names sets. */
const INSTALLING: Readonly<Record<string, string>> = {
  'enforce-validation-set': 'validation-set',
  refresh: 'validation-sets',
  'create-recovery-system': 'validation-sets',
};

/**
 * Refuses to install a sequence that somebody has marked bad. One that is not named is the device's and the store's choice.
 * @param parameters as the catalogue has read them
 * @throws InvalidRequestError naming the parameter, and who said so why
 */
export async function requireNoBadSet(
  database: Database,
  operation: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<void> {
  const field = INSTALLING[operation];
  const named = field === undefined ? [] : textsIn(parameters[field]);
  const pinned = named.map(parseValidationSet).filter(({ sequence }) => sequence !== undefined);
  if (field === undefined || pinned.length === 0) return;
  const [bad] = await database.rows<{ set: string; by: string; reason: string }>('bad-sets', BAD, [
    pinned.map(({ accountId }) => accountId),
    pinned.map(({ name }) => name),
    pinned.map(({ sequence }) => sequence),
  ]);
  if (!bad) return;
  const message = `names ${bad.set}, which ${bad.by} has marked bad: ${bad.reason}`;
  const problem = { field: `parameters.${field}`, message };
  throw new InvalidRequestError(`cannot use operation "${operation}": ${field} ${message}`, [problem]);
}

const textsIn = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');

const BAD = `
SELECT concat(account_id, '/', name, '=', sequence) AS set, bad_by AS by, bad_reason AS reason
  FROM validation_sets
  JOIN unnest($1::text[], $2::text[], $3::numeric[]) AS wanted (account_id, name, sequence) USING (account_id, name, sequence)
 WHERE bad_at IS NOT NULL LIMIT 1`;
