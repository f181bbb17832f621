-- What devices said before, so that "on 3 May" can be answered. A row is written when a value is superseded, by
-- the triggers of device_facts, in the statement that supersedes it: it held from `since` until just before `until`, by the
-- server's time. What holds now is in the tables of before, with the moment it came to be so.
CREATE TABLE "device_facts_past" (
    "enrolment_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "since" TIMESTAMPTZ(6) NOT NULL,
    "until" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "device_facts_past_pkey" PRIMARY KEY ("enrolment_id", "name", "until")
) PARTITION BY RANGE ("until");
CREATE TABLE "device_facts_past_default" PARTITION OF "device_facts_past" DEFAULT;

-- Besides what is known of a snap so far: whether a refresh waits for a running app, which revision failed to come and how
-- often, and its components.
ALTER TABLE "device_snaps"
    ADD COLUMN "inhibited" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "failed_revision" TEXT,
    ADD COLUMN "failure_count" INTEGER,
    ADD COLUMN "components" TEXT[],
    ADD COLUMN "since" TIMESTAMPTZ(6);
UPDATE device_snaps AS kept SET since = fact.received_at
FROM device_facts AS fact WHERE fact.enrolment_id = kept.enrolment_id AND fact.name = 'snaps';
ALTER TABLE "device_snaps" ALTER COLUMN "since" SET NOT NULL, ALTER COLUMN "inhibited" DROP DEFAULT;

CREATE TABLE "device_snaps_past" (
    "enrolment_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "revision" TEXT NOT NULL,
    "revision_number" INTEGER,
    "version" TEXT,
    "channel" TEXT,
    "active" BOOLEAN NOT NULL,
    "held_until" TIMESTAMPTZ(6),
    "inhibited" BOOLEAN NOT NULL,
    "failed_revision" TEXT,
    "failure_count" INTEGER,
    "components" TEXT[],
    "since" TIMESTAMPTZ(6) NOT NULL,
    "until" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "device_snaps_past_pkey" PRIMARY KEY ("enrolment_id", "name", "until")
) PARTITION BY RANGE ("until");
CREATE TABLE "device_snaps_past_default" PARTITION OF "device_snaps_past" DEFAULT;
CREATE INDEX "device_snaps_past_name_until_idx" ON "device_snaps_past" ("name", "until");

ALTER TABLE "device_sets" ADD COLUMN "since" TIMESTAMPTZ(6);
UPDATE device_sets AS kept SET since = fact.received_at
FROM device_facts AS fact WHERE fact.enrolment_id = kept.enrolment_id AND fact.name = 'validation-sets';
ALTER TABLE "device_sets" ALTER COLUMN "since" SET NOT NULL;

CREATE TABLE "device_sets_past" (
    "enrolment_id" UUID NOT NULL,
    "account_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "mode" TEXT,
    "sequence" INTEGER,
    "pinned_at" INTEGER,
    "valid" BOOLEAN NOT NULL,
    "since" TIMESTAMPTZ(6) NOT NULL,
    "until" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "device_sets_past_pkey" PRIMARY KEY ("enrolment_id", "account_id", "name", "until")
) PARTITION BY RANGE ("until");
CREATE TABLE "device_sets_past_default" PARTITION OF "device_sets_past" DEFAULT;
CREATE INDEX "device_sets_past_account_id_name_until_idx" ON "device_sets_past" ("account_id", "name", "until");

ALTER TABLE "device_traits"
    ADD COLUMN "last_refresh" TIMESTAMPTZ(6),
    ADD COLUMN "next_refresh" TIMESTAMPTZ(6),
    ADD COLUMN "refreshes_held_until" TIMESTAMPTZ(6);

-- As before, one row for each snap. Only rows that differ are written, and keep since when they are so; what they were goes
-- to the past. Both see the rows as they were before the statement.
CREATE OR REPLACE FUNCTION keep_device_snaps(enrolments uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH said AS MATERIALIZED (
    SELECT DISTINCT ON (fact.enrolment_id, snap ->> 'name')
      fact.enrolment_id, snap ->> 'name' AS name, snap ->> 'revision' AS revision,
      fact_number(snap ->> 'revision') AS revision_number, fact_text(snap ->> 'version') AS version,
      coalesce(fact_text(snap ->> 'tracking-channel'), fact_text(snap ->> 'channel')) AS channel,
      snap ->> 'status' IS NOT DISTINCT FROM 'active' AS active,
      greatest(fact_time(snap ->> 'hold'), fact_time(snap ->> 'gating-hold')) AS held_until,
      coalesce(jsonb_typeof(snap -> 'refresh-inhibit') = 'object', false) AS inhibited,
      fact_text(snap -> 'refresh-failures' ->> 'revision') AS failed_revision,
      fact_number(snap -> 'refresh-failures' ->> 'failure-count') AS failure_count,
      component_names(snap -> 'components') AS components, fact.received_at AS since
    FROM device_facts AS fact, jsonb_array_elements(json_list(fact.value)) WITH ORDINALITY AS listed (snap, place)
    WHERE fact.enrolment_id = ANY (enrolments) AND fact.name = 'snaps'
      AND fact_text(snap ->> 'name') IS NOT NULL AND fact_text(snap ->> 'revision') IS NOT NULL
    ORDER BY fact.enrolment_id, snap ->> 'name', (snap ->> 'status' IS NOT DISTINCT FROM 'active') DESC,
      snap ->> 'install-date' DESC NULLS LAST, place DESC
  ), other AS MATERIALIZED (
    SELECT said.* FROM said LEFT JOIN device_snaps AS kept USING (enrolment_id, name)
    WHERE (kept.revision, kept.version, kept.channel, kept.active, kept.held_until, kept.inhibited, kept.failed_revision,
        kept.failure_count, kept.components)
      IS DISTINCT FROM (said.revision, said.version, said.channel, said.active, said.held_until, said.inhibited,
        said.failed_revision, said.failure_count, said.components)
  ), gone AS (
    DELETE FROM device_snaps AS kept USING device_facts AS fact
    WHERE kept.enrolment_id = ANY (enrolments) AND fact.enrolment_id = kept.enrolment_id AND fact.name = 'snaps'
      AND NOT EXISTS (SELECT FROM said WHERE said.enrolment_id = kept.enrolment_id AND said.name = kept.name)
    RETURNING kept.*, fact.received_at AS until
  ), past AS (
    INSERT INTO device_snaps_past (enrolment_id, name, revision, revision_number, version, channel, active, held_until,
      inhibited, failed_revision, failure_count, components, since, until)
    SELECT enrolment_id, name, revision, revision_number, version, channel, active, held_until,
      inhibited, failed_revision, failure_count, components, since, until
    FROM (
      SELECT kept.*, other.since AS until FROM device_snaps AS kept JOIN other USING (enrolment_id, name)
      UNION ALL SELECT * FROM gone) AS ended
    WHERE since < until
  )
  INSERT INTO device_snaps (enrolment_id, name, revision, revision_number, version, channel, active, held_until,
    inhibited, failed_revision, failure_count, components, since)
  SELECT enrolment_id, name, revision, revision_number, version, channel, active, held_until,
    inhibited, failed_revision, failure_count, components, since FROM other
  ON CONFLICT (enrolment_id, name) DO UPDATE SET
    revision = excluded.revision, revision_number = excluded.revision_number, version = excluded.version,
    channel = excluded.channel, active = excluded.active, held_until = excluded.held_until,
    inhibited = excluded.inhibited, failed_revision = excluded.failed_revision, failure_count = excluded.failure_count,
    components = excluded.components, since = excluded.since;
END $$;

-- By name; NULL where a snap has none.
CREATE FUNCTION component_names(components jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(component ->> 'name' ORDER BY component ->> 'name') FROM jsonb_array_elements(json_list(components)) AS component
  WHERE fact_text(component ->> 'name') IS NOT NULL
$$;

CREATE OR REPLACE FUNCTION keep_device_sets(enrolments uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH said AS MATERIALIZED (
    SELECT DISTINCT ON (fact.enrolment_id, said ->> 'account-id', said ->> 'name')
      fact.enrolment_id, said ->> 'account-id' AS account_id, said ->> 'name' AS name, fact_text(said ->> 'mode') AS mode,
      fact_number(said ->> 'sequence') AS sequence, fact_number(said ->> 'pinned-at') AS pinned_at,
      said -> 'valid' IS NOT DISTINCT FROM 'true'::jsonb AS valid, fact.received_at AS since
    FROM device_facts AS fact, jsonb_array_elements(json_list(fact.value)) WITH ORDINALITY AS listed (said, place)
    WHERE fact.enrolment_id = ANY (enrolments) AND fact.name = 'validation-sets'
      AND fact_text(said ->> 'account-id') IS NOT NULL AND fact_text(said ->> 'name') IS NOT NULL
    ORDER BY fact.enrolment_id, said ->> 'account-id', said ->> 'name', place
  ), other AS MATERIALIZED (
    SELECT said.* FROM said LEFT JOIN device_sets AS kept USING (enrolment_id, account_id, name)
    WHERE (kept.mode, kept.sequence, kept.pinned_at, kept.valid)
      IS DISTINCT FROM (said.mode, said.sequence, said.pinned_at, said.valid)
  ), gone AS (
    DELETE FROM device_sets AS kept USING device_facts AS fact
    WHERE kept.enrolment_id = ANY (enrolments) AND fact.enrolment_id = kept.enrolment_id AND fact.name = 'validation-sets'
      AND NOT EXISTS (SELECT FROM said WHERE said.enrolment_id = kept.enrolment_id
        AND said.account_id = kept.account_id AND said.name = kept.name)
    RETURNING kept.*, fact.received_at AS until
  ), past AS (
    INSERT INTO device_sets_past (enrolment_id, account_id, name, mode, sequence, pinned_at, valid, since, until)
    SELECT enrolment_id, account_id, name, mode, sequence, pinned_at, valid, since, until
    FROM (
      SELECT kept.*, other.since AS until FROM device_sets AS kept JOIN other USING (enrolment_id, account_id, name)
      UNION ALL SELECT * FROM gone) AS ended
    WHERE since < until
  )
  INSERT INTO device_sets (enrolment_id, account_id, name, mode, sequence, pinned_at, valid, since)
  SELECT enrolment_id, account_id, name, mode, sequence, pinned_at, valid, since FROM other
  ON CONFLICT (enrolment_id, account_id, name) DO UPDATE SET
    mode = excluded.mode, sequence = excluded.sequence, pinned_at = excluded.pinned_at, valid = excluded.valid,
    since = excluded.since;
END $$;

CREATE OR REPLACE FUNCTION keep_device_traits(enrolments uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO device_traits (enrolment_id, snapd_version, architecture, kernel_version, system_mode, on_classic,
    model_base, model_grade, system_labels, current_system, default_system, warning_count, time_zone, disk_free, disk_total,
    last_refresh, next_refresh, refreshes_held_until)
  SELECT said.enrolment_id, fact_text(info ->> 'version'), fact_text(info ->> 'architecture'),
    fact_text(info ->> 'kernel-version'), fact_text(info ->> 'system-mode'),
    CASE WHEN jsonb_typeof(info) = 'object' THEN info -> 'on-classic' IS NOT DISTINCT FROM 'true'::jsonb END,
    fact_text(model -> 'headers' ->> 'base'), fact_text(model -> 'headers' ->> 'grade'),
    CASE WHEN jsonb_typeof(systems) = 'array' THEN ARRAY(
      SELECT system ->> 'label' FROM jsonb_array_elements(systems) WITH ORDINALITY AS listed (system, place)
      WHERE fact_text(system ->> 'label') IS NOT NULL ORDER BY place) END,
    label_of_system(systems, 'current'), label_of_system(systems, 'default-recovery-system'),
    CASE WHEN jsonb_typeof(warnings) = 'array' THEN jsonb_array_length(warnings) END,
    fact_text(host ->> 'timeZone'), fact_bytes(host -> 'disk' ->> 'free'), fact_bytes(host -> 'disk' ->> 'total'),
    fact_time(info -> 'refresh' ->> 'last'), fact_time(info -> 'refresh' ->> 'next'), fact_time(info -> 'refresh' ->> 'hold')
  FROM (
    SELECT enrolment_id,
      (array_agg(value) FILTER (WHERE name = 'system-info'))[1] AS info,
      (array_agg(value) FILTER (WHERE name = 'model'))[1] AS model,
      (array_agg(value) FILTER (WHERE name = 'systems'))[1] AS systems,
      (array_agg(value) FILTER (WHERE name = 'warnings'))[1] AS warnings,
      (array_agg(value) FILTER (WHERE name = 'host'))[1] AS host
    FROM device_facts
    WHERE enrolment_id = ANY (enrolments) AND name IN ('system-info', 'model', 'systems', 'warnings', 'host')
    GROUP BY enrolment_id) AS said
  ON CONFLICT (enrolment_id) DO UPDATE SET
    snapd_version = excluded.snapd_version, architecture = excluded.architecture,
    kernel_version = excluded.kernel_version, system_mode = excluded.system_mode, on_classic = excluded.on_classic,
    model_base = excluded.model_base, model_grade = excluded.model_grade, system_labels = excluded.system_labels,
    current_system = excluded.current_system, default_system = excluded.default_system,
    warning_count = excluded.warning_count, time_zone = excluded.time_zone,
    disk_free = excluded.disk_free, disk_total = excluded.disk_total, last_refresh = excluded.last_refresh,
    next_refresh = excluded.next_refresh, refreshes_held_until = excluded.refreshes_held_until;
END $$;

CREATE OR REPLACE FUNCTION keep_what_facts_say() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  snaps uuid[];
  sets uuid[];
  traits uuid[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(enrolment_id) FILTER (WHERE name = 'snaps'),
      array_agg(enrolment_id) FILTER (WHERE name = 'validation-sets'),
      array_agg(DISTINCT enrolment_id) FILTER (WHERE name IN ('system-info', 'model', 'systems', 'warnings', 'host'))
    INTO snaps, sets, traits FROM said;
  ELSE
    INSERT INTO device_facts_past (enrolment_id, name, digest, value, since, until)
    SELECT before.enrolment_id, before.name, before.digest, before.value, before.received_at, said.received_at
    FROM said JOIN before USING (enrolment_id, name)
    WHERE said.digest <> before.digest AND before.received_at < said.received_at;
    SELECT array_agg(said.enrolment_id) FILTER (WHERE said.name = 'snaps'),
      array_agg(said.enrolment_id) FILTER (WHERE said.name = 'validation-sets'),
      array_agg(DISTINCT said.enrolment_id) FILTER (WHERE said.name IN ('system-info', 'model', 'systems', 'warnings', 'host'))
    INTO snaps, sets, traits
    FROM said JOIN before USING (enrolment_id, name) WHERE said.digest <> before.digest;
  END IF;
  IF snaps IS NOT NULL THEN PERFORM keep_device_snaps(snaps); END IF;
  IF sets IS NOT NULL THEN PERFORM keep_device_sets(sets); END IF;
  IF traits IS NOT NULL THEN PERFORM keep_device_traits(traits); END IF;
  RETURN NULL;
END $$;

-- The gateway's statement fires the triggers, in its name. Nobody edits the past.
GRANT INSERT ON device_facts_past, device_snaps_past, device_sets_past TO corefleet_gateway;
GRANT SELECT ON device_facts_past, device_snaps_past, device_sets_past TO corefleet_api, corefleet_worker;

-- The new columns, of facts that are here already.
SELECT keep_device_snaps(every.ids), keep_device_traits(every.ids)
FROM (SELECT array_agg(DISTINCT enrolment_id) AS ids FROM device_facts) AS every;
