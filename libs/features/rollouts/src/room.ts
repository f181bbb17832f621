import type { Transaction } from '@corefleet/platform/database';
import { freeSlots } from './claims';
import { creditNow, type Bucket } from './start-credit';
import { phaseOf, type RolloutRow } from './rollout-row';
import { addTallies, tally } from './tally';

/** Bounds of the fleet, or of one site, over all rollouts. */
export interface LimitRow {
  readonly key: string;
  readonly maxInFlight: number | null;
  readonly startsPerMinute: number | null;
  readonly maxDownloading: number | null;
  readonly startCredit: number;
  readonly creditAt: Date | null;
}

const LIMIT = `key, max_in_flight AS "maxInFlight", starts_per_minute AS "startsPerMinute",
  max_downloading AS "maxDownloading", start_credit AS "startCredit", credit_at AS "creditAt"`;

/**
 * The first lock of every claim: two claims, of whichever rollouts, never happen at the same time. It is why what is read
 * in later statements still holds when commands are given.
 */
export async function lockFleet(tx: Transaction): Promise<LimitRow> {
  const [row] = await tx.$queryRawUnsafe<LimitRow[]>(
    `SELECT ${LIMIT} FROM limits WHERE scope = 'fleet' AND key = '' FOR UPDATE`,
  );
  if (!row) throw new Error('cannot claim: the limits row of the fleet is missing');
  return row;
}

/** The last locks of a claim: bounds of the sites that have some, in the order of their names. */
export async function lockSites(tx: Transaction): Promise<LimitRow[]> {
  return tx.$queryRawUnsafe<LimitRow[]>(
    `SELECT ${LIMIT} FROM limits WHERE scope = 'site' AND (max_in_flight IS NOT NULL OR max_downloading IS NOT NULL)
      ORDER BY key FOR UPDATE`,
  );
}

const creditsOf = (fleet: LimitRow, rollout: RolloutRow): Bucket[] => [
  { perMinute: fleet.startsPerMinute, credit: fleet.startCredit, at: fleet.creditAt },
  { perMinute: rollout.limits.startsPerMinute ?? null, credit: rollout.startCredit, at: rollout.creditAt },
];

/** How many devices the rollout may start now, sites aside. */
export async function slotsOf(tx: Transaction, fleet: LimitRow, rollout: RolloutRow, now: Date): Promise<number> {
  const own = addTallies(
    rollout.waves.flatMap(({ counts }) => [tally(counts), tally(counts, 'rollback'), tally(counts, 'precheck')]),
  );
  const bounded = fleet.maxInFlight !== null;
  const fleetInFlight = bounded ? await inFlightOfAll(tx) : 0;
  const free = bounded ? fleet.maxInFlight - fleetInFlight : 0;
  return freeSlots({
    fleetMost: fleet.maxInFlight,
    fleetInFlight,
    wantedBefore: bounded && free > 0 ? await wantedBefore(tx, rollout, free, now) : 0,
    most: rollout.limits.maxInFlight,
    inFlight: own.inFlight,
    credits: creditsOf(fleet, rollout).map((bucket) => creditNow(bucket, now)),
  });
}

/** Takes the starts that were made from the buckets that bound them. */
export async function spendCredit(
  tx: Transaction,
  fleet: LimitRow,
  rollout: RolloutRow,
  starts: number,
  now: Date,
): Promise<void> {
  const [ofFleet, ofRollout] = creditsOf(fleet, rollout).map((bucket) => creditNow(bucket, now) - starts);
  if (starts === 0) return;
  if (fleet.startsPerMinute !== null) {
    await tx.$executeRaw`UPDATE limits SET start_credit = ${ofFleet}, credit_at = ${now} WHERE scope = 'fleet' AND key = ''`;
  }
  if (rollout.limits.startsPerMinute !== undefined) {
    await tx.rollout.update({ where: { id: rollout.id }, data: { startCredit: ofRollout ?? 0, creditAt: now } });
  }
}

/** From the waves' counts of rollouts that are open, however many targets there are. */
async function inFlightOfAll(tx: Transaction): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT coalesce(sum(value::int), 0)::int AS count
      FROM rollouts r JOIN waves w ON w.rollout_id = r.id CROSS JOIN LATERAL jsonb_each_text(w.counts)
     WHERE r.finished_at IS NULL
       AND regexp_replace(key, '^.*:', '') IN ('offered', 'running', 'rebooting', 'verifying')`;
  return row?.count ?? 0;
}

/** What rollouts of higher priority could start now: each no more than its own bound leaves it, and all no more than `most`. */
async function wantedBefore(tx: Transaction, rollout: RolloutRow, most: number, now: Date): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT coalesce(sum(least(wanted.count, greatest(0, (r.limits->>'maxInFlight')::int - busy.count))), 0)::int AS count
      FROM rollouts r
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(value::int), 0)::int AS count
          FROM waves w CROSS JOIN LATERAL jsonb_each_text(w.counts)
         WHERE w.rollout_id = r.id AND regexp_replace(key, '^.*:', '') IN ('offered', 'running', 'rebooting', 'verifying')
      ) AS busy
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS count FROM (
          SELECT FROM waves w JOIN rollout_targets t ON t.rollout_id = w.rollout_id AND t.wave = w.number
           WHERE w.rollout_id = r.id AND t.state IN ('pending', 'waiting') AND t.command_id IS NULL
             AND t.not_before <= ${now}
             AND CASE t.phase WHEN 'apply' THEN r.status = 'running' AND w.status IN ('running', 'soaking', 'passed')
                              WHEN 'precheck' THEN r.status = 'running' AND w.status <> 'skipped'
                              ELSE r.status = 'rolling-back' END
           LIMIT ${most}) AS due
      ) AS wanted
     WHERE r.finished_at IS NULL AND r.status IN ('running', 'rolling-back') AND r.priority > ${rollout.priority}`;
  return Math.min(most, row?.count ?? 0);
}

/** Free places of sites. */
export interface SiteRoom {
  /** Sites without any. */
  readonly full: readonly string[];
  atSite(site: string): number;
}

/**
 * Free places of sites: the rollout's own bounds for each site, and the site's over all rollouts. Devices without a site are
 * bound by none.
 */
export async function siteRoom(tx: Transaction, rollout: RolloutRow, bounds: readonly LimitRow[]): Promise<SiteRoom> {
  const { maxInFlightPerSite, maxDownloadingPerSite } = rollout.limits;
  const everySite = maxInFlightPerSite !== undefined || maxDownloadingPerSite !== undefined;
  if (!everySite && bounds.length === 0) return { full: [], atSite: () => Infinity };
  const bound = new Map(bounds.map((row) => [row.key, row]));
  const use = await useOfSites(tx, rollout.id, everySite ? null : [...bound.keys()]);
  const atSite = (site: string): number => {
    if (site === '') return Infinity;
    const { own = 0, all = 0, ownDownloading = 0, allDownloading = 0 } = use.get(site) ?? {};
    const left = [
      (maxInFlightPerSite ?? Infinity) - own,
      (maxDownloadingPerSite ?? Infinity) - ownDownloading,
      (bound.get(site)?.maxInFlight ?? Infinity) - all,
      (bound.get(site)?.maxDownloading ?? Infinity) - allDownloading,
    ];
    return Math.max(0, Math.min(...left));
  };
  const known = [...new Set([...use.keys(), ...bound.keys()])];
  return { full: known.filter((site) => atSite(site) === 0), atSite };
}

interface SiteUse {
  readonly own: number;
  readonly all: number;
  readonly ownDownloading: number;
  readonly allDownloading: number;
}

/**
 * Devices in flight of each site, and those of them that download: from their command to the end of its download tasks. A
 * command without a change yet is about to.
 * @param sites null: all
 */
async function useOfSites(tx: Transaction, rolloutId: string, sites: string[] | null): Promise<Map<string, SiteUse>> {
  const rows = await tx.$queryRaw<(SiteUse & { site: string })[]>`
    SELECT site, count(*)::int AS "all", (count(*) FILTER (WHERE mine))::int AS own,
           (count(*) FILTER (WHERE downloading))::int AS "allDownloading",
           (count(*) FILTER (WHERE downloading AND mine))::int AS "ownDownloading"
      FROM (SELECT t.site, t.rollout_id = ${rolloutId}::uuid AS mine,
                   NOT EXISTS (SELECT FROM changes c WHERE c.command_id = t.command_id)
                   OR EXISTS (SELECT FROM changes c CROSS JOIN LATERAL jsonb_array_elements(c.tasks) AS task
                               WHERE c.command_id = t.command_id AND NOT c.ready AND task->>'kind' LIKE 'download-%'
                                 AND task->>'status' IN ('Do', 'Doing')) AS downloading
              FROM rollout_targets t
             WHERE t.state IN ('offered', 'running', 'rebooting', 'verifying') AND t.site <> ''
               AND (${sites}::text[] IS NULL OR t.site = ANY (${sites}::text[]))) AS busy
     GROUP BY site`;
  return new Map(rows.map((row) => [row.site, row]));
}

const BEGUN: ReadonlySet<string> = new Set(['running', 'soaking', 'passed']);

/** Whose targets may be given commands now. Devices are asked before their wave begins, and every wave goes back. */
export function claimedWaves(rollout: RolloutRow): { phase: string; wave: number }[] {
  const waves = rollout.waves.filter(({ number }) => number > 0);
  if (phaseOf(rollout) === 'rollback') return waves.map(({ number }) => ({ phase: 'rollback', wave: number }));
  const asked = rollout.precheck ? waves.filter(({ status }) => status !== 'skipped') : [];
  const begun = waves.filter(({ status }) => BEGUN.has(status));
  return [
    ...asked.map(({ number }) => ({ phase: 'precheck', wave: number })),
    ...begun.map(({ number }) => ({ phase: 'apply', wave: number })),
  ];
}
