import { createHash } from 'node:crypto';
import {
  canonicalJson,
  LIMITS,
  withDifference,
  type Fact,
  type FactDifference,
} from '@corefleet/contracts/device-protocol';
import { unstorable, type Received, type Unstorable } from '@corefleet/features/changes';
import type { Database } from '@corefleet/platform/database';

/** A fact as it is stored. */
export interface StoredFact {
  readonly digest: string;
  readonly value: unknown;
  readonly journalEpoch: number;
  readonly number: number;
}

/** Each may be of the size of a frame, before and after: what one slice makes is all that is held at a time. */
const FACTS_AT_ONCE = 64;

/**
 * The newest difference of each fact, in slices to apply one after the other. Each is of a whole value, however little it says:
 * those that come at once of one fact must not cost more than one.
 */
export function slicesOfNewest(differences: readonly Received<FactDifference>[]): Received<FactDifference>[][] {
  const newest = new Map<string, Received<FactDifference>>();
  for (const difference of differences) {
    const key = keyOf(difference.enrolmentId, difference.body.name);
    const other = newest.get(key);
    if (!other || isNewer(difference, other)) newest.set(key, difference);
  }
  const all = [...newest.values()];
  return Array.from({ length: Math.ceil(all.length / FACTS_AT_ONCE) }, (_, at) =>
    all.slice(at * FACTS_AT_ONCE, (at + 1) * FACTS_AT_ONCE),
  );
}

/**
 * The facts that differences make of those that are stored. What was overtaken by a newer fact makes none. Whatever is stored
 * meanwhile, a fact made here is right: its digest is that of the device's value.
 * @param differences a slice of the newest
 * @returns with what does not apply, and why: the agent tells the whole fact then
 */
export async function applyDifferences(
  database: Database,
  differences: readonly Received<FactDifference>[],
): Promise<{ facts: Received<Fact>[]; refused: Unstorable[] }> {
  const facts: Received<Fact>[] = [];
  const refused: Unstorable[] = [];
  const stored = await readStored(database, differences);
  for (const difference of differences) {
    const made = madeOf(stored.get(keyOf(difference.enrolmentId, difference.body.name)), difference);
    if (typeof made === 'string') refused.push(unstorable(difference, `cannot apply difference of a fact: ${made}`));
    else if (made) facts.push({ ...difference, body: made });
  }
  return { facts, refused };
}

/**
 * | what is stored                                        | made of it                           |
 * | ----------------------------------------------------- | ------------------------------------ |
 * | nothing, or another value than the base               | nothing: a reason                    |
 * | what came later, or this                              | nothing: it was overtaken            |
 * | the value it makes, told before                       | that, so that the newer number is kept |
 * | the base                                              | the value, if it has the digest; else a reason |
 */
export function madeOf(stored: StoredFact | undefined, received: Received<FactDifference>): Fact | string | undefined {
  const { name, base, digest, difference } = received.body;
  if (!stored) return 'there is none yet';
  if (!isNewer(received, stored)) return undefined;
  if (stored.digest === digest) return { name, digest, value: stored.value };
  if (stored.digest !== base) return 'the one that is kept is not its base';
  try {
    const value = withDifference(stored.value, difference);
    if (value === undefined) return 'it is none of such a value';
    const text = canonicalJson(value);
    if (text.length > LIMITS.agentFrameBytes) return 'the fact would be larger than a frame may be';
    if (createHash('sha256').update(text).digest('base64url') !== digest) return 'the result has another digest';
    return { name, digest, value };
  } catch (error) {
    if (error instanceof RangeError) return 'it is nested too deeply';
    throw error;
  }
}

interface Told {
  readonly journalEpoch: number;
  readonly number: number;
}

const isNewer = (received: Told, other: Told): boolean =>
  received.journalEpoch > other.journalEpoch ||
  (received.journalEpoch === other.journalEpoch && received.number > other.number);

const keyOf = (enrolmentId: string, name: string): string => `${enrolmentId} ${name}`;

async function readStored(
  database: Database,
  differences: readonly Received<FactDifference>[],
): Promise<Map<string, StoredFact>> {
  const rows = await database.rows<StoredFact & { enrolmentId: string; name: string }>(
    'facts-to-change',
    `SELECT enrolment_id AS "enrolmentId", name, digest, value, journal_epoch AS "journalEpoch", number::float8 AS number
     FROM device_facts JOIN unnest($1::uuid[], $2::text[]) AS said (enrolment_id, name) USING (enrolment_id, name)`,
    [differences.map(({ enrolmentId }) => enrolmentId), differences.map(({ body }) => body.name)],
  );
  return new Map(rows.map((row) => [keyOf(row.enrolmentId, row.name), row]));
}
