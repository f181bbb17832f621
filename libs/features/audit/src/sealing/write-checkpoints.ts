import type { PoolClient } from 'pg';
import {
  CHECKPOINT_MOST,
  GENESIS,
  checkpointDigest,
  entryText,
  exportLine,
  leafOf,
  nextHash,
  running,
  writeCheckpoint,
  written,
  type CheckpointSigner,
} from '@corefleet/audit-chain';
import { FleetError } from '@corefleet/platform/errors';
import type { CheckpointFiles, LastCheckpoint } from './checkpoint-files';
import { ENTRY_COLUMNS, SEAL_COLUMNS, type SealedRow } from './entry-columns';

/** The tables say something else than a checkpoint, or than their own seals: somebody has edited them. */
export class AuditContradictedError extends FleetError {
  readonly code = 'audit-contradicted';
}

/** Entries are large at times: a checkpoint ends at as many bytes of them. */
const CHECKPOINT_MOST_BYTES = 4 * 1024 * 1024;
/** Entries that are in memory while one is written: some are large. */
const ENTRIES_AT_ONCE = 200;

/**
 * Whether the table still has what the newest checkpoint says. The hash at one position is that of all before it.
 * @throws AuditContradictedError when it has not
 */
export async function requireAgreement(client: PoolClient, last: LastCheckpoint | undefined): Promise<void> {
  if (!last) return;
  const { rows } = await client.query<{ hash: Buffer }>({
    name: 'seal-at',
    text: 'SELECT hash FROM audit_seals WHERE position = $1',
    values: [last.to],
  });
  const [seal] = rows;
  if (seal && written(seal.hash) === last.hash) return;
  const what = seal ? 'has another hash there' : 'has no seal there';
  const why = `the checkpoint of ${last.at} knows position ${last.to}, the table ${what}`;
  throw new AuditContradictedError(`cannot go on with the audit: ${why}`);
}

/**
 * Writes the next checkpoint, of committed seals and of their entries as they are now. Needs the lock of the seals. A death
 * before it is on the disk leaves it to the next round; after it, the next round goes on behind it.
 * @returns the position it reaches; undefined when all seals are in one
 * @throws AuditContradictedError when an entry is not what was sealed
 */
export async function writeNextCheckpoint(
  client: PoolClient,
  files: CheckpointFiles,
  signer: CheckpointSigner,
  now: Date,
): Promise<number | undefined> {
  const last = await files.last();
  await requireAgreement(client, last);
  const from = (last?.to ?? 0) + 1;
  const before = last ? Buffer.from(last.hash, 'base64url') : GENESIS;
  const { taken, hash, lines } = await gather(client, from, before);
  if (taken.length === 0) return undefined;
  const line = writeCheckpoint(
    {
      ...{ from, at: now, before, hash, lines, previous: last ? checkpointDigest(last.line) : '' },
      ...{ ids: taken.map(({ entryId }) => Number(entryId)), leaves: taken.map(({ leaf }) => leaf) },
    },
    signer,
  );
  await files.append(line, { from, at: now });
  return from + taken.length - 1;
}

async function sealedFrom(client: PoolClient, from: number): Promise<SealedRow[]> {
  const { rows } = await client.query<SealedRow>({
    name: 'sealed-from',
    text: `SELECT ${SEAL_COLUMNS}, ${ENTRY_COLUMNS}
             FROM audit_seals s LEFT JOIN audit_entries e ON e.id = s.entry_id
            WHERE s.position >= $1 ORDER BY s.position LIMIT $2`,
    values: [from, ENTRIES_AT_ONCE],
  });
  return rows;
}

interface Gathered {
  readonly taken: readonly Pick<SealedRow, 'entryId' | 'leaf'>[];
  readonly hash: Buffer;
  readonly lines: Buffer;
}

async function gather(client: PoolClient, from: number, before: Buffer): Promise<Gathered> {
  const taken: Gathered['taken'][number][] = [];
  const lines = running();
  let [hash, sizeBytes] = [before, 0];
  for await (const row of sealedRows(client, from)) {
    const entry = textOf(row);
    hash = nextHash(hash, row.leaf);
    const isIntact = entry !== undefined && leafOf(entry).equals(row.leaf) && hash.equals(row.hash);
    if (!isIntact || Number(row.position) !== from + taken.length) throw contradicted(row);
    lines.update(`${exportLine({ position: Number(row.position), hash: written(hash), entry })}\n`);
    taken.push({ entryId: row.entryId, leaf: row.leaf });
    sizeBytes += entry.length;
    if (sizeBytes > CHECKPOINT_MOST_BYTES || taken.length === CHECKPOINT_MOST) break;
  }
  return { taken, hash, lines: lines.digest() };
}

/** Seals with their entries from a position on, read some at a time. */
async function* sealedRows(client: PoolClient, from: number): AsyncGenerator<SealedRow> {
  for (let next = from; ; next += ENTRIES_AT_ONCE) {
    const rows = await sealedFrom(client, next);
    yield* rows;
    if (rows.length < ENTRIES_AT_ONCE) return;
  }
}

/** The text of a seal's entry; undefined when that is gone. */
export const textOf = (row: SealedRow): string | undefined =>
  row.id === null ? undefined : entryText(row, row.hidden ?? []);

const contradicted = ({ entryId, position }: SealedRow): AuditContradictedError =>
  new AuditContradictedError(
    `cannot go on with the audit: entry ${entryId} is not what was sealed at position ${position}`,
  );
