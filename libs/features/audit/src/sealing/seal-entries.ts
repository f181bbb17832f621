import type { PoolClient } from 'pg';
import { entryText, GENESIS, hiddenPaths, leafOf, nextHash, type EntryRow, type Path } from '@corefleet/audit-chain';
import { shownDetails } from '../shown-details';
import { ENTRY_COLUMNS } from './entry-columns';

/** Entries that are sealed at a time: their details are in memory, and some are large. */
export const SEALED_AT_ONCE = 200;

interface Unsealed extends EntryRow {
  readonly xact: string;
}

/** Where the chain ends. */
interface Head {
  readonly position: number;
  readonly entryId: string;
  readonly xact: string;
  readonly hash: Buffer;
  /** Its entry was written in another cluster, whose transaction ids this one has not reached; or there is none yet. */
  readonly moved: boolean;
}

const NOTHING_SEALED: Head = { position: 0, entryId: '0', xact: '0', hash: GENESIS, moved: true };

/**
 * Seals the committed entries that come next, in the order of the transactions that wrote them, some at a time.
 *
 * An entry is taken when its transaction is older than every one that still runs (`pg_snapshot_xmin`): then all such
 * entries are there, and none can come to stand before them. A transaction that runs long holds sealing up, nothing else.
 * Needs the lock of the seals. May die on any line: what is not committed is sealed again, the same.
 * @returns how many were sealed
 */
export async function sealEntries(client: PoolClient): Promise<number> {
  const head = await headOf(client);
  const entries = await unsealed(client, head);
  if (entries.length === 0) return 0;
  const sealed = sealAll(head, entries);
  await client.query({
    name: 'write-seals',
    text: `INSERT INTO audit_seals (position, entry_id, xact, leaf, hash, hidden)
           SELECT $1::bigint + n, entry_id, xact::xid8, leaf, hash, hidden::jsonb
             FROM unnest($2::bigint[], $3::text[], $4::bytea[], $5::bytea[], $6::text[]) WITH ORDINALITY
               AS s (entry_id, xact, leaf, hash, hidden, n)`,
    values: [
      head.position,
      entries.map(({ id }) => id),
      entries.map(({ xact }) => xact),
      sealed.map(({ leaf }) => leaf),
      sealed.map(({ hash }) => hash),
      sealed.map(({ hidden }) => (hidden.length === 0 ? null : JSON.stringify(hidden))),
    ],
  });
  return entries.length;
}

async function headOf(client: PoolClient): Promise<Head> {
  const { rows } = await client.query<Head>({
    name: 'head-of-seals',
    text: `SELECT position::float8 AS position, entry_id::text AS "entryId", xact::text AS xact, hash,
                  xact >= pg_snapshot_xmax(pg_current_snapshot()) AS moved
             FROM audit_seals ORDER BY audit_seals.position DESC LIMIT 1`,
  });
  return rows[0] ?? NOTHING_SEALED;
}

/**
 * After a dump was restored into another cluster, transaction ids begin below those of the entries in it. What is visible and
 * has an id that this cluster has not given out yet came with the dump, and was committed: that is sealed first. Then the
 * chain goes on with what is new.
 */
async function unsealed(client: PoolClient, { xact, entryId, moved }: Head): Promise<Unsealed[]> {
  const due = moved
    ? `(e.xact < pg_snapshot_xmin(now.snapshot) OR e.xact >= pg_snapshot_xmax(now.snapshot))`
    : `(e.xact, e.id) > ($2::xid8, $3::bigint) AND e.xact < pg_snapshot_xmin(now.snapshot)`;
  const order = moved ? `e.xact < pg_snapshot_xmax(now.snapshot), e.xact, e.id` : 'e.xact, e.id';
  const { rows } = await client.query<Unsealed>({
    name: moved ? 'moved-entries-to-seal' : 'entries-to-seal',
    text: `SELECT ${ENTRY_COLUMNS}, e.xact::text AS xact
             FROM audit_entries e, (SELECT pg_current_snapshot() AS snapshot) AS now
            WHERE ${due} AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id)
            ORDER BY ${order} LIMIT $1`,
    values: moved ? [SEALED_AT_ONCE] : [SEALED_AT_ONCE, xact, entryId],
  });
  return rows;
}

interface Sealed {
  readonly leaf: Buffer;
  readonly hash: Buffer;
  readonly hidden: readonly Path[];
}

function sealAll(head: Head, entries: readonly Unsealed[]): Sealed[] {
  let { hash } = head;
  return entries.map((entry) => {
    const details: unknown = JSON.parse(entry.details);
    const hidden = hiddenPaths(details, shownDetails(details));
    const leaf = leafOf(entryText(entry, hidden));
    hash = nextHash(hash, leaf);
    return { leaf, hash, hidden };
  });
}
