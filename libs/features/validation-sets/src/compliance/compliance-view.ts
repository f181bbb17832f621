import { Prisma, type Reader } from '@corefleet/platform/database';
import { factsAsOf, snapsAsOf } from '@corefleet/features/inventory';
import type { InstalledSnap, ValidationSet } from '@corefleet/validation-set-rules';
import { readSnaps } from '../planning/read-facts';
import { nameOfSequence, type SetKey } from '../set-view';
import type { ComplianceRow, ComplianceState } from './compliance-rows';
import type { FindContents } from './known-contents';
import { driftWords, type Drift } from './drift';
import { reasonsOf, type Reason } from './reasons';

/** How one device stands to one set. */
export interface DeviceSetView extends SetKey {
  readonly state: ComplianceState;
  /** Since when it is known to be so, at the latest; of an unknown one, when it was last heard from. */
  readonly since: Date | null;
  readonly mode: string | null;
  readonly sequence: number | null;
  readonly pinnedAt: number | null;
  /** Why it is invalid. */
  readonly reasons: Reason[];
  readonly drift: Drift | null;
}

export interface DeviceCompliance extends DeviceSetView {
  readonly deviceId: string;
  readonly brandId: string;
  readonly model: string;
  readonly serial: string;
}

/** Where devices are read, and as of when; now when absent. */
export interface ReadFrom {
  readonly reader: Reader;
  readonly asOf?: Date | undefined;
}

/**
 * Rows as people see them, with the reasons of those that are invalid.
 * @param from.contents what imported sequences say; those that are not imported are left out
 * @param asked the sequence that was asked for; null: whichever each tracks
 */
export async function complianceViews(
  from: ReadFrom & { readonly contents: FindContents },
  rows: readonly ComplianceRow[],
  asked: number | null,
): Promise<DeviceCompliance[]> {
  const invalid = rows.filter(({ state }) => state === 'invalid');
  const contents = await contentsOf(from.contents, invalid, asked);
  const installed = await installedOn(from, invalid, [...contents.values()]);
  const reasons = (row: ComplianceRow): Reason[] => {
    const { accountId, name, sequence, enrolmentId } = row;
    const content = contents.get(nameOfSequence({ accountId, name, sequence: asked ?? sequence ?? 0 }));
    return reasonsOf({ sequence, asked, content, installed: installed.get(enrolmentId) });
  };
  return rows.map((row) => ({
    accountId: row.accountId,
    name: row.name,
    deviceId: row.deviceId,
    brandId: row.brandId,
    model: row.model,
    serial: row.serial,
    state: row.state,
    since: row.since,
    mode: row.mode,
    sequence: row.sequence,
    pinnedAt: row.pinnedAt,
    reasons: row.state === 'invalid' ? reasons(row) : [],
    drift: driftOf(row),
  }));
}

/** What the sequences say that devices are held against, by `account/name=sequence`. */
async function contentsOf(
  find: FindContents,
  rows: readonly ComplianceRow[],
  asked: number | null,
): Promise<Map<string, ValidationSet>> {
  const keys = rows.flatMap(({ accountId, name, sequence }) => {
    const wanted = asked ?? sequence;
    return wanted === null ? [] : [{ accountId, name, sequence: wanted }];
  });
  const named = new Map(keys.map((key) => [nameOfSequence(key), key]));
  const contents = await find([...named.values()]);
  return new Map(contents.map((set) => [nameOfSequence(set), set]));
}

interface InstalledRow {
  readonly enrolmentId: string;
  readonly revisions: Readonly<Record<string, string>> | null;
  readonly fact: unknown;
}

/**
 * Snaps of the enrolments that have told them, as far as the sets speak of them. A set that speaks of components has the
 * facts opened, which alone tell their revisions.
 */
async function installedOn(
  { reader, asOf }: ReadFrom,
  rows: readonly ComplianceRow[],
  sets: readonly ValidationSet[],
): Promise<Map<string, readonly InstalledSnap[]>> {
  if (rows.length === 0) return new Map();
  const snaps = sets.flatMap((set) => set.snaps);
  const names = [...new Set(snaps.map(({ name }) => name))];
  const withComponents = snaps.some(({ components }) => Object.keys(components ?? {}).length > 0);
  const enrolments = rows.map(({ enrolmentId }) => enrolmentId);
  const found = await reader.query<InstalledRow>(Prisma.sql`
    SELECT fact.enrolment_id AS "enrolmentId", CASE WHEN ${withComponents}::boolean THEN fact.value END AS fact,
      (SELECT jsonb_object_agg(snap.name, snap.revision) FROM ${snapsAsOf(asOf)} AS snap
        WHERE snap.enrolment_id = fact.enrolment_id AND snap.name = ANY (${names}::text[])) AS revisions
    FROM ${factsAsOf('snaps', asOf)} AS fact WHERE fact.enrolment_id = ANY (${enrolments}::uuid[])`);
  return new Map(
    found.map(({ enrolmentId, revisions, fact }) => {
      const listed = Object.entries(revisions ?? {}).map(([name, revision]) => ({ name, revision }));
      return [enrolmentId, readSnaps(fact) ?? listed];
    }),
  );
}

function driftOf(row: ComplianceRow): Drift | null {
  const { driftedSince, commandId, rolloutId } = row;
  if (driftedSince === null || commandId === null) return null;
  const left = { mode: row.leftMode, pinnedAt: row.leftPinnedAt };
  const shows = { mode: row.mode, pinnedAt: row.pinnedAt };
  return { since: driftedSince, left, shows, commandId, rolloutId, words: driftWords(left, shows) };
}
