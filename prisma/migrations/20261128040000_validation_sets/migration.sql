-- Assertions as they were imported, and what the validation sets among them say.
CREATE TABLE "assertions" (
    "type" TEXT NOT NULL,
    "primary_key" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "headers" JSONB NOT NULL,
    "sha256" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "device_id" UUID,
    "imported_by" TEXT NOT NULL,
    "imported_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "assertions_pkey" PRIMARY KEY ("type", "primary_key"),
    CONSTRAINT "assertions_source_form" CHECK ("source" IN ('upload', 'device'))
);

CREATE TABLE "validation_sets" (
    "account_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "snaps" JSONB NOT NULL,
    "timestamp" TIMESTAMPTZ(6) NOT NULL,
    "bad_at" TIMESTAMPTZ(6),
    "bad_by" TEXT,
    "bad_reason" TEXT,

    CONSTRAINT "validation_sets_pkey" PRIMARY KEY ("account_id", "name", "sequence"),
    CONSTRAINT "validation_sets_bad_form" CHECK (("bad_at" IS NULL) = ("bad_by" IS NULL) AND ("bad_at" IS NULL) = ("bad_reason" IS NULL))
);

-- How our last command about a set left a device, so that what somebody does by hand shows.
CREATE TABLE "left_sets" (
    "enrolment_id" UUID NOT NULL,
    "account_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "mode" TEXT,
    "pinned_at" INTEGER,
    "command_id" UUID NOT NULL,
    "rollout_id" UUID,
    "left_at" TIMESTAMPTZ(6) NOT NULL,
    "applied_epoch" INTEGER NOT NULL,
    "applied_number" BIGINT NOT NULL,

    CONSTRAINT "left_sets_pkey" PRIMARY KEY ("enrolment_id", "account_id", "name")
);
CREATE INDEX "left_sets_account_id_name_idx" ON "left_sets" ("account_id", "name");

-- Operations that name sets, one as "validation-set" or several as "validation-sets". The catalogue has checked how.
-- Runs as the owner: nobody else writes the table.
CREATE FUNCTION keep_left_sets() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO left_sets AS kept
    (enrolment_id, account_id, name, mode, pinned_at, command_id, rollout_id, left_at, applied_epoch, applied_number)
  SELECT NEW.enrolment_id, split_part(split_part(said, '=', 1), '/', 1), split_part(split_part(said, '=', 1), '/', 2),
    CASE NEW.operation WHEN 'monitor-validation-set' THEN 'monitor' WHEN 'forget-validation-set' THEN NULL ELSE 'enforce' END,
    CASE WHEN NEW.operation <> 'forget-validation-set' AND split_part(said, '=', 2) ~ '^[0-9]{1,9}$'
      THEN split_part(said, '=', 2)::integer END,
    NEW.id, NEW.rollout_id, NEW.finished_at, NEW.applied_epoch, NEW.applied_number
  FROM (
    SELECT DISTINCT ON (split_part(text, '=', 1)) text AS said
    FROM (SELECT NEW.parameters ->> 'validation-set' AS text
      UNION ALL
      SELECT jsonb_path_query(NEW.parameters, '$."validation-sets"[*]') #>> '{}') AS listed
    WHERE text LIKE '%/%') AS named
  ON CONFLICT (enrolment_id, account_id, name) DO UPDATE SET
    mode = excluded.mode, pinned_at = excluded.pinned_at, command_id = excluded.command_id,
    rollout_id = excluded.rollout_id, left_at = excluded.left_at,
    applied_epoch = excluded.applied_epoch, applied_number = excluded.applied_number
  WHERE (kept.applied_epoch, kept.applied_number) < (excluded.applied_epoch, excluded.applied_number);
  RETURN NULL;
END $$;

CREATE TRIGGER commands_left_sets AFTER UPDATE OF status, late_status ON commands FOR EACH ROW
  WHEN (NEW.operation IN ('enforce-validation-set', 'monitor-validation-set', 'forget-validation-set', 'refresh')
    AND 'succeeded' IN (NEW.status, NEW.late_status)
    AND (NEW.status, NEW.late_status) IS DISTINCT FROM (OLD.status, OLD.late_status)
    AND NEW.finished_at IS NOT NULL)
  EXECUTE FUNCTION keep_left_sets();

-- Sets that a device shows otherwise than our last command left them, as far as it has told since. What it told before the
-- command ended says nothing of it. Facts are a device's own words, so nothing in them may be an error here.
CREATE VIEW drifted_sets AS
SELECT kept.enrolment_id, kept.account_id, kept.name, kept.mode AS left_mode, kept.pinned_at AS left_pinned_at,
  kept.command_id, kept.rollout_id, kept.left_at,
  shown.set ->> 'mode' AS mode, CASE WHEN shown.set ->> 'pinned-at' ~ '^[0-9]{1,9}$' THEN (shown.set ->> 'pinned-at')::integer END AS pinned_at,
  greatest(fact.received_at, kept.left_at) AS since
FROM left_sets AS kept
JOIN device_facts AS fact ON fact.enrolment_id = kept.enrolment_id AND fact.name = 'validation-sets'
CROSS JOIN LATERAL (SELECT jsonb_path_query_first(fact.value,
  '$[*] ? (@."account-id" == $account && @.name == $name)',
  jsonb_build_object('account', kept.account_id, 'name', kept.name)) AS set) AS shown
WHERE (fact.journal_epoch, fact.number) > (kept.applied_epoch, kept.applied_number)
  AND (shown.set ->> 'mode', shown.set ->> 'pinned-at') IS DISTINCT FROM (kept.mode, kept.pinned_at::text);

-- api: what people import, and what they say of it. worker and signer: which sequences may be installed.
GRANT SELECT, INSERT, UPDATE ON assertions, validation_sets TO corefleet_api;
GRANT SELECT ON assertions, validation_sets TO corefleet_worker, corefleet_signer;
GRANT SELECT ON left_sets, drifted_sets TO corefleet_api, corefleet_worker;
