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
