-- What filters and reports look for in facts, one row for each thing, so that nobody opens the facts of a whole fleet
-- (ADR 0013). Kept by triggers of device_facts: a fact and its rows commit together, and two batches about one device
-- take turns at the fact's row before either looks at these.
CREATE TABLE "device_snaps" (
    "enrolment_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "revision" TEXT NOT NULL,
    "revision_number" INTEGER,
    "version" TEXT,
    "channel" TEXT,
    "active" BOOLEAN NOT NULL,
    "held_until" TIMESTAMPTZ(6),

    CONSTRAINT "device_snaps_pkey" PRIMARY KEY ("enrolment_id", "name")
);
CREATE INDEX "device_snaps_name_revision_number_idx" ON "device_snaps" ("name", "revision_number");

CREATE TABLE "device_sets" (
    "enrolment_id" UUID NOT NULL,
    "account_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "mode" TEXT,
    "sequence" INTEGER,
    "pinned_at" INTEGER,
    "valid" BOOLEAN NOT NULL,

    CONSTRAINT "device_sets_pkey" PRIMARY KEY ("enrolment_id", "account_id", "name")
);
CREATE INDEX "device_sets_account_id_name_sequence_idx" ON "device_sets" ("account_id", "name", "sequence");

CREATE TABLE "device_traits" (
    "enrolment_id" UUID NOT NULL,
    "snapd_version" TEXT,
    "architecture" TEXT,
    "kernel_version" TEXT,
    "system_mode" TEXT,
    "on_classic" BOOLEAN,
    "model_base" TEXT,
    "model_grade" TEXT,
    "system_labels" TEXT[],
    "current_system" TEXT,
    "default_system" TEXT,
    "warning_count" INTEGER,
    "time_zone" TEXT,
    "disk_free" BIGINT,
    "disk_total" BIGINT,

    CONSTRAINT "device_traits_pkey" PRIMARY KEY ("enrolment_id")
);

CREATE INDEX "devices_labels_idx" ON "devices" USING GIN ("labels" jsonb_path_ops);

-- Facts are a device's own words: what is not in the shape of snapd's API leaves no row, and never an error, for that
-- would keep the fact out of the table.

-- The list in a fact; empty when it is something else.
CREATE FUNCTION json_list(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE '[]'::jsonb END
$$;

-- A whole number that fits its column.
CREATE FUNCTION fact_number(said text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN said ~ '^[0-9]{1,9}$' THEN said::integer END
$$;

CREATE FUNCTION fact_bytes(said text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN said ~ '^[0-9]{1,18}$' THEN said::bigint END
$$;

-- A text of a length that an index takes.
CREATE FUNCTION fact_text(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN said <> '' AND length(said) <= 256 THEN said END
$$;

-- A moment as Go writes it; the type's own words, such as "now", are none.
CREATE FUNCTION fact_time(said text) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN said ~ '^\d{4}-\d\d-\d\dT' AND pg_input_is_valid(said, 'timestamptz') THEN said::timestamptz END
$$;

-- The leading numbers of a version, to be compared one after the other: 2.70.1-2 is {2,70,1}. NULL without any.
CREATE FUNCTION version_numbers(version text) RETURNS numeric[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_to_array(substring(version FROM '^[0-9]{1,9}(?:\.[0-9]{1,9})*'), '.')::numeric[]
$$;

-- One row for each snap, of its revisions on disk the active one; of a disabled snap the one installed last.
CREATE FUNCTION keep_device_snaps(enrolments uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH said AS MATERIALIZED (
    SELECT DISTINCT ON (fact.enrolment_id, snap ->> 'name')
      fact.enrolment_id, snap ->> 'name' AS name, snap ->> 'revision' AS revision,
      fact_number(snap ->> 'revision') AS revision_number, fact_text(snap ->> 'version') AS version,
      coalesce(fact_text(snap ->> 'tracking-channel'), fact_text(snap ->> 'channel')) AS channel,
      snap ->> 'status' IS NOT DISTINCT FROM 'active' AS active,
      greatest(fact_time(snap ->> 'hold'), fact_time(snap ->> 'gating-hold')) AS held_until
    FROM device_facts AS fact, jsonb_array_elements(json_list(fact.value)) WITH ORDINALITY AS listed (snap, place)
    WHERE fact.enrolment_id = ANY (enrolments) AND fact.name = 'snaps'
      AND fact_text(snap ->> 'name') IS NOT NULL AND fact_text(snap ->> 'revision') IS NOT NULL
    ORDER BY fact.enrolment_id, snap ->> 'name', (snap ->> 'status' IS NOT DISTINCT FROM 'active') DESC,
      snap ->> 'install-date' DESC NULLS LAST, place DESC
  ), gone AS (
    DELETE FROM device_snaps AS kept WHERE kept.enrolment_id = ANY (enrolments) AND NOT EXISTS (
      SELECT FROM said WHERE said.enrolment_id = kept.enrolment_id AND said.name = kept.name)
  )
  INSERT INTO device_snaps AS kept (enrolment_id, name, revision, revision_number, version, channel, active, held_until)
  SELECT enrolment_id, name, revision, revision_number, version, channel, active, held_until FROM said
  ON CONFLICT (enrolment_id, name) DO UPDATE SET
    revision = excluded.revision, revision_number = excluded.revision_number, version = excluded.version,
    channel = excluded.channel, active = excluded.active, held_until = excluded.held_until
  WHERE (kept.revision, kept.version, kept.channel, kept.active, kept.held_until)
    IS DISTINCT FROM (excluded.revision, excluded.version, excluded.channel, excluded.active, excluded.held_until);
END $$;

CREATE FUNCTION keep_device_sets(enrolments uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM device_sets WHERE enrolment_id = ANY (enrolments);
  INSERT INTO device_sets (enrolment_id, account_id, name, mode, sequence, pinned_at, valid)
  SELECT DISTINCT ON (fact.enrolment_id, said ->> 'account-id', said ->> 'name')
    fact.enrolment_id, said ->> 'account-id', said ->> 'name', fact_text(said ->> 'mode'),
    fact_number(said ->> 'sequence'), fact_number(said ->> 'pinned-at'), said -> 'valid' IS NOT DISTINCT FROM 'true'::jsonb
  FROM device_facts AS fact, jsonb_array_elements(json_list(fact.value)) AS said
  WHERE fact.enrolment_id = ANY (enrolments) AND fact.name = 'validation-sets'
    AND fact_text(said ->> 'account-id') IS NOT NULL AND fact_text(said ->> 'name') IS NOT NULL;
END $$;

CREATE FUNCTION keep_device_traits(enrolments uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO device_traits (enrolment_id, snapd_version, architecture, kernel_version, system_mode, on_classic,
    model_base, model_grade, system_labels, current_system, default_system, warning_count, time_zone, disk_free, disk_total)
  SELECT said.enrolment_id, fact_text(info ->> 'version'), fact_text(info ->> 'architecture'),
    fact_text(info ->> 'kernel-version'), fact_text(info ->> 'system-mode'),
    CASE WHEN jsonb_typeof(info) = 'object' THEN info -> 'on-classic' IS NOT DISTINCT FROM 'true'::jsonb END,
    fact_text(model -> 'headers' ->> 'base'), fact_text(model -> 'headers' ->> 'grade'),
    CASE WHEN jsonb_typeof(systems) = 'array' THEN ARRAY(
      SELECT system ->> 'label' FROM jsonb_array_elements(systems) WITH ORDINALITY AS listed (system, place)
      WHERE fact_text(system ->> 'label') IS NOT NULL ORDER BY place) END,
    label_of_system(systems, 'current'), label_of_system(systems, 'default-recovery-system'),
    CASE WHEN jsonb_typeof(warnings) = 'array' THEN jsonb_array_length(warnings) END,
    fact_text(host ->> 'timeZone'), fact_bytes(host -> 'disk' ->> 'free'), fact_bytes(host -> 'disk' ->> 'total')
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
    disk_free = excluded.disk_free, disk_total = excluded.disk_total;
END $$;

-- Label of the first system that is marked so.
CREATE FUNCTION label_of_system(systems jsonb, mark text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT fact_text(system ->> 'label') FROM jsonb_array_elements(json_list(systems)) WITH ORDINALITY AS listed (system, place)
  WHERE system -> mark = 'true'::jsonb ORDER BY place LIMIT 1
$$;

-- plpgsql, not sql: each statement in it sees what was committed before the fact's row was locked.
CREATE FUNCTION keep_what_facts_say() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER device_facts_inserted AFTER INSERT ON device_facts
  REFERENCING NEW TABLE AS said FOR EACH STATEMENT EXECUTE FUNCTION keep_what_facts_say();
CREATE TRIGGER device_facts_updated AFTER UPDATE ON device_facts
  REFERENCING OLD TABLE AS before NEW TABLE AS said FOR EACH STATEMENT EXECUTE FUNCTION keep_what_facts_say();

-- The gateway's statement fires the triggers, in its name.
GRANT SELECT, INSERT, UPDATE, DELETE ON device_snaps, device_sets, device_traits TO corefleet_gateway;
GRANT SELECT ON device_snaps, device_sets, device_traits TO corefleet_api, corefleet_worker;

-- Facts that are here already.
SELECT keep_device_snaps(every.ids), keep_device_sets(every.ids), keep_device_traits(every.ids)
FROM (SELECT array_agg(DISTINCT enrolment_id) AS ids FROM device_facts) AS every;
