import { Prisma, type Database } from '@corefleet/platform/database';
import { DEVICES } from './filter/condition-sql';
import { ONLINE_MS } from './filter/fields';

/** Whom a filter means now. */
export interface DevicesPreview {
  readonly count: number;
  /** Of them, those a command can be given to. */
  readonly enrolled: number;
  /** Of them, those heard of within ONLINE_MS. */
  readonly online: number;
  /** The models with most devices first, at most PARTS_MOST. */
  readonly models: { readonly brandId: string; readonly model: string; readonly count: number }[];
  /** The sites with most devices first, at most PARTS_MOST; null: without the label. */
  readonly sites: { readonly site: string | null; readonly count: number }[];
  /** The first devices, in the order they joined. */
  readonly deviceIds: string[];
}

const PARTS_MOST = 100;

/** Counts the devices a condition on DEVICES holds of, and shows the first; one look at them all. */
export async function previewDevices(
  database: Database,
  condition: Prisma.Sql,
  { now, limit }: { now: Date; limit: number },
): Promise<DevicesPreview> {
  const onlineSince = new Date(now.getTime() - ONLINE_MS);
  const [preview] = await database.query<DevicesPreview>(Prisma.sql`
    WITH meant AS MATERIALIZED (
      SELECT d.id, d.brand_id, d.model, d.labels ->> 'site' AS site, d.enrolment_id IS NOT NULL AS enrolled,
        coalesce(l.last_seen_at > ${onlineSince}::timestamptz, FALSE) AS online
      FROM ${DEVICES} WHERE ${condition})
    SELECT
      (SELECT count(*)::integer FROM meant) AS count,
      (SELECT count(*)::integer FROM meant WHERE enrolled) AS enrolled,
      (SELECT count(*)::integer FROM meant WHERE online) AS online,
      (SELECT coalesce(json_agg(part), '[]') FROM (
        SELECT brand_id AS "brandId", model, count(*)::integer AS count FROM meant
        GROUP BY brand_id, model ORDER BY count DESC, brand_id, model LIMIT ${PARTS_MOST}) AS part) AS models,
      (SELECT coalesce(json_agg(part), '[]') FROM (
        SELECT site, count(*)::integer AS count FROM meant
        GROUP BY site ORDER BY count DESC, site NULLS LAST LIMIT ${PARTS_MOST}) AS part) AS sites,
      ARRAY(SELECT id FROM meant ORDER BY id LIMIT ${limit}) AS "deviceIds"`);
  if (!preview) throw new Error('cannot preview devices: Postgres gave no row');
  return preview;
}
