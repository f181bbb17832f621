-- What is not in the newest facts of a device and would be lost: since when it has had each of its recovery systems, and
-- what it ran when we made one. Both kept by triggers, in the transaction of what they are made from.
CREATE TABLE "recovery_sightings" (
    "enrolment_id" UUID NOT NULL,
    "label" TEXT NOT NULL,
    "first_seen_at" TIMESTAMPTZ(6) NOT NULL,
    "at_enrolment" BOOLEAN,

    CONSTRAINT "recovery_sightings_pkey" PRIMARY KEY ("enrolment_id", "label")
);

CREATE TABLE "recovery_origins" (
    "command_id" UUID NOT NULL,
    "enrolment_id" UUID NOT NULL,
    "label" TEXT NOT NULL,
    "made_at" TIMESTAMPTZ(6) NOT NULL,
    "sets" JSONB NOT NULL,
    "snaps" JSONB,

    CONSTRAINT "recovery_origins_pkey" PRIMARY KEY ("command_id")
);
CREATE INDEX "recovery_origins_enrolment_id_label_idx" ON "recovery_origins" ("enrolment_id", "label");

-- Facts are a device's own words: what has another shape than snapd's API gives no row, and never an error.
CREATE FUNCTION recovery_list(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE '[]'::jsonb END
$$;

-- A label that is listed no more is forgotten, so that one of the same name counts as new.
CREATE FUNCTION keep_recovery_sightings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM recovery_sightings AS kept USING said
  WHERE said.name = 'systems' AND kept.enrolment_id = said.enrolment_id AND NOT EXISTS (
    SELECT FROM jsonb_array_elements(recovery_list(said.value)) AS system WHERE system ->> 'label' = kept.label);
  INSERT INTO recovery_sightings (enrolment_id, label, first_seen_at, at_enrolment)
  SELECT said.enrolment_id, system ->> 'label', said.received_at, TG_OP = 'INSERT'
  FROM said, jsonb_array_elements(recovery_list(said.value)) AS system
  WHERE said.name = 'systems' AND system ->> 'label' <> '' AND length(system ->> 'label') <= 256
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER device_facts_first_systems AFTER INSERT ON device_facts
  REFERENCING NEW TABLE AS said FOR EACH STATEMENT EXECUTE FUNCTION keep_recovery_sightings();
CREATE TRIGGER device_facts_other_systems AFTER UPDATE ON device_facts
  REFERENCING NEW TABLE AS said FOR EACH STATEMENT EXECUTE FUNCTION keep_recovery_sightings();

-- A system is made of the model's snaps as they are installed, and while it is made snapd lets no other change begin: what
-- the device last said is what it was made of. Runs as the owner: whoever folds reports reads no facts otherwise.
CREATE FUNCTION keep_recovery_origin() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  model jsonb;
  sets jsonb;
  snaps jsonb;
BEGIN
  SELECT value -> 'headers' INTO model FROM device_facts WHERE enrolment_id = NEW.enrolment_id AND name = 'model';
  SELECT coalesce(jsonb_agg(jsonb_build_object(
      'key', (tracked ->> 'account-id') || '/' || (tracked ->> 'name'),
      'sequence', tracked -> 'sequence',
      'mode', tracked ->> 'mode',
      'ofModel', EXISTS (
        SELECT FROM jsonb_array_elements(recovery_list(model -> 'validation-sets')) AS listed
        WHERE listed ->> 'name' = tracked ->> 'name'
          AND coalesce(listed ->> 'account-id', model ->> 'brand-id') = tracked ->> 'account-id'))), '[]'::jsonb)
    INTO sets
    FROM device_facts AS fact, jsonb_array_elements(recovery_list(fact.value)) AS tracked
    WHERE fact.enrolment_id = NEW.enrolment_id AND fact.name = 'validation-sets'
      AND tracked ->> 'account-id' IS NOT NULL AND tracked ->> 'name' IS NOT NULL
      AND jsonb_typeof(tracked -> 'sequence') = 'number';
  SELECT jsonb_object_agg(snap ->> 'name', snap ->> 'revision')
    INTO snaps
    FROM device_facts AS fact, jsonb_array_elements(recovery_list(fact.value)) AS snap
    WHERE fact.enrolment_id = NEW.enrolment_id AND fact.name = 'snaps'
      AND snap ->> 'name' IS NOT NULL AND snap ->> 'status' = 'active' AND EXISTS (
        SELECT FROM jsonb_array_elements(recovery_list(model -> 'snaps')) AS listed
        WHERE listed ->> 'name' = snap ->> 'name');
  INSERT INTO recovery_origins (command_id, enrolment_id, label, made_at, sets, snaps)
  VALUES (NEW.id, NEW.enrolment_id, NEW.parameters ->> 'label', NEW.finished_at, sets, snaps)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER commands_made_system AFTER UPDATE OF status, late_status ON commands FOR EACH ROW
  WHEN (NEW.operation = 'create-recovery-system' AND 'succeeded' IN (NEW.status, NEW.late_status)
    AND (NEW.status, NEW.late_status) IS DISTINCT FROM (OLD.status, OLD.late_status)
    AND NEW.finished_at IS NOT NULL AND NEW.parameters ->> 'label' IS NOT NULL)
  EXECUTE FUNCTION keep_recovery_origin();

-- Which commands and changes make systems. Neither column ever changes, so the indexes cost nothing as those move on.
CREATE INDEX commands_making_systems ON commands (enrolment_id) WHERE operation = 'create-recovery-system';
CREATE INDEX changes_making_systems ON changes (enrolment_id) WHERE kind IN ('create-recovery-system', 'remodel');

-- The gateway's statement fires the triggers of facts, in its name.
GRANT SELECT, INSERT, DELETE ON recovery_sightings TO corefleet_gateway;
GRANT SELECT ON recovery_sightings, recovery_origins TO corefleet_api, corefleet_worker;

-- Of devices that are here already nobody knows what they had when they joined.
INSERT INTO recovery_sightings (enrolment_id, label, first_seen_at, at_enrolment)
SELECT DISTINCT ON (fact.enrolment_id, system ->> 'label') fact.enrolment_id, system ->> 'label', fact.received_at, NULL::boolean
FROM device_facts AS fact, jsonb_array_elements(recovery_list(fact.value)) AS system
WHERE fact.name = 'systems' AND system ->> 'label' <> '' AND length(system ->> 'label') <= 256;
