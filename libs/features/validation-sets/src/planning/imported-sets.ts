import type { Database } from '@corefleet/platform/database';
import type { ValidationSet } from '@corefleet/validation-set-rules';

/** Which sequence of a set. */
export interface SetReference {
  /** `account/name`. */
  readonly key: string;
  readonly sequence: number;
}

/** Those of the sequences that are imported, bad ones too: a device may have them. */
export function importedSets(database: Database, references: readonly SetReference[]): Promise<ValidationSet[]> {
  return database.rows<ValidationSet>('imported-sets', IMPORTED, [
    references.map(({ key }) => key),
    references.map(({ sequence }) => sequence),
  ]);
}

/** A sequence of a set as it can be chosen. */
export interface ChoosableSequence {
  readonly sequence: number;
  /** Why it must not be installed, in the words of who said so. */
  readonly bad: string | null;
}

/** All imported sequences of a set, newest first. */
export function importedSequences(database: Database, key: string): Promise<ChoosableSequence[]> {
  return database.rows<ChoosableSequence>('imported-sequences', SEQUENCES, [key]);
}

const IMPORTED = `
SELECT s.account_id AS "accountId", s.name, s.sequence, s.snaps
  FROM validation_sets s
  JOIN unnest($1::text[], $2::int[]) AS wanted (key, sequence)
    ON s.account_id = split_part(wanted.key, '/', 1) AND s.name = split_part(wanted.key, '/', 2)
   AND s.sequence = wanted.sequence`;

const SEQUENCES = `
SELECT sequence, bad_reason AS bad FROM validation_sets
 WHERE account_id = split_part($1, '/', 1) AND name = split_part($1, '/', 2) ORDER BY sequence DESC`;
