-- What was done, as the audit has it. Details stay there: they may hold what is not for others. A subject is looked up by its id
-- as an id: compared as text, no index would find it, and each act would read all rollouts or all devices.
CREATE OR REPLACE FUNCTION tell_webhooks_of_acts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM webhooks WHERE enabled) THEN RETURN NULL; END IF;
  INSERT INTO webhook_deliveries (webhook_id, type, data, happened_at)
  SELECT hook.id, told.type, jsonb_strip_nulls(jsonb_build_object(
      'subject', jsonb_build_object('kind', entry.subject_kind, 'id', entry.subject_id, 'name',
        CASE entry.subject_kind
          WHEN 'rollout' THEN coalesce((SELECT name FROM rollouts WHERE id = subject.id), entry.details -> 'asked' ->> 'name')
          WHEN 'device' THEN (SELECT serial FROM devices WHERE id = subject.id)
        END),
      'by', jsonb_build_object('kind', entry.actor_kind, 'name', entry.actor_name),
      'reason', left(coalesce(entry.details ->> 'reason', entry.remark), 2000),
      'wave', entry.details -> 'wave',
      'auditId', entry.id::text)), entry.at
    FROM acted AS entry
    CROSS JOIN LATERAL (
      SELECT CASE WHEN pg_input_is_valid(entry.subject_id, 'uuid') THEN entry.subject_id::uuid END) AS subject (id)
    JOIN webhook_event_types AS told USING (action)
    JOIN webhooks AS hook ON hook.enabled AND webhook_wants(hook.events, told.type)
   WHERE entry.outcome = 'done'
   ORDER BY entry.id;
  RETURN NULL;
END $$;

-- Ends of commands, and results that came after one. Reads are not told: they are nobody's but who asked. What a row was before
-- is the one ahead of it in a window: a join of the two would be planned once, for the few rows that its session moved first,
-- and compare every row with every other ever after.
CREATE OR REPLACE FUNCTION tell_webhooks_of_ends() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM webhooks WHERE enabled) THEN RETURN NULL; END IF;
  INSERT INTO webhook_deliveries (webhook_id, type, data, happened_at)
  SELECT hook.id, told.type, jsonb_strip_nulls(jsonb_build_object(
      'subject', jsonb_build_object('kind', 'command', 'id', ended.id, 'name', ended.operation),
      'device', jsonb_build_object('id', ended.device_id, 'serial', (SELECT serial FROM devices WHERE id = ended.device_id)),
      'rolloutId', ended.rollout_id,
      'status', coalesce(ended.late_status, ended.status),
      'cause', ended.cause,
      'reason', left(ended.message, 2000))), coalesce(ended.finished_at, now())
    FROM (
      SELECT *, lag(finished_at) OVER each AS finished_before, lag(late_status) OVER each AS late_before
        FROM (
          SELECT false AS is_new, id, operation, device_id, rollout_id, status, late_status, cause, message, finished_at FROM was
          UNION ALL
          SELECT true, id, operation, device_id, rollout_id, status, late_status, cause, message, finished_at FROM moved) AS both_of
      WINDOW each AS (PARTITION BY id ORDER BY is_new)) AS ended
    CROSS JOIN LATERAL (SELECT CASE WHEN ended.late_status IS NULL THEN 'command.finished' ELSE 'command.finished-late' END) AS told (type)
    JOIN webhooks AS hook ON hook.enabled AND webhook_wants(hook.events, told.type)
   WHERE ended.is_new AND ended.finished_at IS NOT NULL AND ended.operation NOT LIKE 'read-%'
     AND (ended.finished_before IS NULL OR ended.late_status IS DISTINCT FROM ended.late_before)
   ORDER BY ended.id;
  RETURN NULL;
END $$;

-- As above: which facts moved is a difference, and until when one held is what comes after it in a window.
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
    SELECT enrolment_id, name, digest, value, received_at, until
    FROM (
      SELECT *, lead(digest) OVER each AS next_digest, lead(received_at) OVER each AS until
      FROM (
        SELECT false AS is_new, enrolment_id, name, digest, value, received_at FROM before
        UNION ALL SELECT true, enrolment_id, name, digest, NULL, received_at FROM said) AS both_of
      WINDOW each AS (PARTITION BY enrolment_id, name ORDER BY is_new)) AS told
    WHERE NOT is_new AND next_digest <> digest AND received_at < until;
    SELECT array_agg(enrolment_id) FILTER (WHERE name = 'snaps'),
      array_agg(enrolment_id) FILTER (WHERE name = 'validation-sets'),
      array_agg(DISTINCT enrolment_id) FILTER (WHERE name IN ('system-info', 'model', 'systems', 'warnings', 'host'))
    INTO snaps, sets, traits
    FROM (SELECT enrolment_id, name, digest FROM said EXCEPT SELECT enrolment_id, name, digest FROM before) AS moved;
  END IF;
  IF snaps IS NOT NULL THEN PERFORM keep_device_snaps(snaps); END IF;
  IF sets IS NOT NULL THEN PERFORM keep_device_sets(sets); END IF;
  IF traits IS NOT NULL THEN PERFORM keep_device_traits(traits); END IF;
  RETURN NULL;
END $$;

-- What the worker's metrics count at each scrape, of all that was ever sent.
CREATE INDEX webhook_deliveries_counted ON webhook_deliveries (status) WHERE status IN ('waiting', 'dead');
