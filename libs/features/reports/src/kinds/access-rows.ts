import { Prisma } from '@corefleet/platform/database';

/** In which acts are counted. */
export interface ActSpan {
  readonly since: Date;
  readonly until: Date;
}

export interface AccessCounts {
  readonly people: number;
  readonly admins: number;
  readonly tokens: number;
  readonly unused: number;
}

/** A person, or an API token of one. */
export interface AccessRow {
  readonly person: string;
  readonly role: string;
  /** `person`, or the token's name. */
  readonly credential: string;
  readonly state: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly endedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly acts: number;
  readonly did: readonly { readonly action: string; readonly times: number }[];
  readonly lastActAt: Date | null;
  readonly id: string;
}

export const countAccess = (until: Date): Prisma.Sql => Prisma.sql`
  SELECT count(*) FILTER (WHERE works)::int AS people,
    count(*) FILTER (WHERE works AND role = 'admin')::int AS admins,
    coalesce(sum(tokens) FILTER (WHERE works), 0)::int AS tokens,
    coalesce(sum(unused) FILTER (WHERE works), 0)::int AS unused
  FROM (
    SELECT u.role, u.disabled_at IS NULL OR u.disabled_at > ${until}::timestamptz AS works, count(t.id) AS tokens,
      count(t.id) FILTER (WHERE t.last_used_at IS NULL) AS unused
    FROM users AS u LEFT JOIN api_tokens AS t ON t.user_id = u.id AND t.kind = 'api' AND t.created_at <= ${until}::timestamptz
      AND (t.revoked_at IS NULL OR t.revoked_at > ${until}::timestamptz)
      AND (t.expires_at IS NULL OR t.expires_at > ${until}::timestamptz)
    WHERE u.created_at <= ${until}::timestamptz GROUP BY u.id) AS people`;

/** What people and tokens did, by action, the most frequent first. */
export const countActs = (span: ActSpan): Prisma.Sql => Prisma.sql`
  SELECT action, count(*)::int AS acts, count(*) FILTER (WHERE outcome = 'refused')::int AS refused
  FROM audit_entries WHERE ${isAct(span)} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100`;

/** By name: each person, then their API tokens, newest first. */
export const selectAccess = (span: ActSpan): Prisma.Sql => Prisma.sql`
  WITH acts AS MATERIALIZED (
    SELECT actor_kind, actor_id, sum(times)::int AS acts, max(last_at) AS last_at,
      jsonb_agg(jsonb_build_object('action', action, 'times', times) ORDER BY times DESC, action) AS did
    FROM (SELECT actor_kind, actor_id, action, count(*) AS times, max(at) AS last_at
          FROM audit_entries WHERE ${isAct(span)} GROUP BY 1, 2, 3) AS counted GROUP BY 1, 2)
  SELECT held.person, held.role, held.credential, held.state, held."createdAt", held."expiresAt", held."endedAt",
    CASE WHEN held."lastUsedAt" <= ${span.until}::timestamptz THEN held."lastUsedAt" END AS "lastUsedAt",
    coalesce(acts.acts, 0) AS acts, coalesce(acts.did, '[]') AS did, acts.last_at AS "lastActAt", held.id
  FROM (
    SELECT u.username AS person, u.role, 'person' AS credential, 'person' AS kind, u.created_at AS "createdAt",
      CASE WHEN u.disabled_at <= ${span.until}::timestamptz THEN 'disabled' ELSE 'active' END AS state,
      NULL::timestamptz AS "expiresAt", CASE WHEN u.disabled_at <= ${span.until}::timestamptz THEN u.disabled_at END AS "endedAt",
      (SELECT max(s.last_used_at) FROM api_tokens AS s WHERE s.user_id = u.id AND s.kind = 'session') AS "lastUsedAt",
      u.id::text AS id
    FROM users AS u WHERE u.created_at <= ${span.until}::timestamptz
    UNION ALL
    SELECT u.username, u.role, 'token ' || t.name, 'token', t.created_at,
      CASE WHEN t.revoked_at <= ${span.until}::timestamptz THEN 'revoked'
           WHEN t.expires_at <= ${span.until}::timestamptz THEN 'expired'
           WHEN u.disabled_at <= ${span.until}::timestamptz THEN 'disabled' ELSE 'active' END,
      t.expires_at, CASE WHEN t.revoked_at <= ${span.until}::timestamptz THEN t.revoked_at END, t.last_used_at, t.id::text
    FROM api_tokens AS t JOIN users AS u ON u.id = t.user_id
    WHERE t.kind = 'api' AND t.created_at <= ${span.until}::timestamptz) AS held
  LEFT JOIN acts ON acts.actor_kind = held.kind AND acts.actor_id = held.id
  ORDER BY held.person, held.kind, held."createdAt" DESC, held.id`;

const isAct = ({ since, until }: ActSpan): Prisma.Sql => Prisma.sql`actor_kind IN ('person', 'token')
  AND at >= ${since}::timestamptz AND at <= ${until}::timestamptz`;
