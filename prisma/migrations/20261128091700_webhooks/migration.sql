-- Webhooks: addresses that are told what happens. What is to be told is written by triggers in the transaction in which it
-- happens, one row for each webhook that wants it, so that nothing is told that did not happen and nothing is left out.
CREATE TABLE "webhooks" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT[] NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "disabled_reason" TEXT,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "retry_at" TIMESTAMPTZ(6),

    CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "webhooks_name_key" ON "webhooks" ("name");

CREATE TABLE "webhook_secrets" (
    "id" UUID NOT NULL,
    "webhook_id" UUID NOT NULL,
    "secret" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "valid_until" TIMESTAMPTZ(6),

    CONSTRAINT "webhook_secrets_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "webhook_secrets_webhook_id_idx" ON "webhook_secrets" ("webhook_id");
ALTER TABLE "webhook_secrets" ADD CONSTRAINT "webhook_secrets_webhook_id_fkey"
  FOREIGN KEY ("webhook_id") REFERENCES "webhooks" ("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- No foreign key to webhooks: what happens in the fleet must not wait for somebody who changes one.
CREATE TABLE "webhook_deliveries" (
    "id" BIGSERIAL NOT NULL,
    "message_id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "webhook_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "happened_at" TIMESTAMPTZ(6) NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'waiting',
    "due_at" TIMESTAMPTZ(6),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "tried_at" TIMESTAMPTZ(6),
    "ended_at" TIMESTAMPTZ(6),
    "response_status" INTEGER,
    "response" TEXT,
    "error" TEXT,
    "latency_ms" INTEGER,

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "webhook_deliveries_webhook_id_id_idx" ON "webhook_deliveries" ("webhook_id", "id");
-- In the order in which they are sent: what was never tried first, oldest first.
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at NULLS FIRST, id) WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at) WHERE status <> 'waiting';

-- Which acts and decisions of the audit are told, and as what.
CREATE TABLE "webhook_event_types" (
    "action" TEXT NOT NULL,
    "type" TEXT NOT NULL,

    CONSTRAINT "webhook_event_types_pkey" PRIMARY KEY ("action")
);
INSERT INTO webhook_event_types (action, type) VALUES
  ('rollout.create', 'rollout.created'),
  ('rollout.approve', 'rollout.approved'),
  ('rollout.reject', 'rollout.rejected'),
  ('rollout.start', 'rollout.started'),
  ('rollout.pause', 'rollout.paused'),
  ('rollout.continue', 'rollout.continued'),
  ('rollout.retry-failed', 'rollout.retried'),
  ('rollout.stop', 'rollout.stopped'),
  ('rollout.roll-back', 'rollout.rolling-back'),
  ('rollout.rolled-back', 'rollout.rolled-back'),
  ('rollout.finish', 'rollout.finished'),
  ('rollout.start-wave', 'wave.started'),
  ('rollout.soak-wave', 'wave.soaking'),
  ('rollout.pass-wave', 'wave.passed'),
  ('rollout.skip-wave', 'wave.skipped'),
  ('device.enrol', 'device.enrolled'),
  ('device.re-enrol', 'device.re-enrolled'),
  ('device.revoke', 'device.revoked'),
  ('validation-set.mark-bad', 'validation-set.marked-bad'),
  ('validation-set.lift-bad', 'validation-set.lifted');

CREATE FUNCTION webhook_wants(events text[], type text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT EXISTS (SELECT FROM unnest(events) AS wanted WHERE type LIKE replace(wanted, '*', '%'))
$$;

-- What was done, as the audit has it. Details stay there: they may hold what is not for others.
CREATE FUNCTION tell_webhooks_of_acts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM webhooks WHERE enabled) THEN RETURN NULL; END IF;
  INSERT INTO webhook_deliveries (webhook_id, type, data, happened_at)
  SELECT hook.id, told.type, jsonb_strip_nulls(jsonb_build_object(
      'subject', jsonb_build_object('kind', entry.subject_kind, 'id', entry.subject_id, 'name',
        CASE entry.subject_kind
          WHEN 'rollout' THEN coalesce((SELECT name FROM rollouts WHERE id::text = entry.subject_id), entry.details -> 'asked' ->> 'name')
          WHEN 'device' THEN (SELECT serial FROM devices WHERE id::text = entry.subject_id)
        END),
      'by', jsonb_build_object('kind', entry.actor_kind, 'name', entry.actor_name),
      'reason', left(coalesce(entry.details ->> 'reason', entry.remark), 2000),
      'wave', entry.details -> 'wave',
      'auditId', entry.id::text)), entry.at
    FROM acted AS entry
    JOIN webhook_event_types AS told USING (action)
    JOIN webhooks AS hook ON hook.enabled AND webhook_wants(hook.events, told.type)
   WHERE entry.outcome = 'done'
   ORDER BY entry.id;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_entries_told AFTER INSERT ON audit_entries
  REFERENCING NEW TABLE AS acted FOR EACH STATEMENT EXECUTE FUNCTION tell_webhooks_of_acts();

-- Ends of commands, and results that came after one. Reads are not told: they are nobody's but who asked.
CREATE FUNCTION tell_webhooks_of_ends() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
    FROM moved AS ended JOIN was USING (id)
    CROSS JOIN LATERAL (SELECT CASE WHEN ended.late_status IS NULL THEN 'command.finished' ELSE 'command.finished-late' END) AS told (type)
    JOIN webhooks AS hook ON hook.enabled AND webhook_wants(hook.events, told.type)
   WHERE ended.finished_at IS NOT NULL AND ended.operation NOT LIKE 'read-%'
     AND (was.finished_at IS NULL OR ended.late_status IS DISTINCT FROM was.late_status)
   ORDER BY ended.id;
  RETURN NULL;
END $$;
CREATE TRIGGER commands_told AFTER UPDATE ON commands
  REFERENCING OLD TABLE AS was NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION tell_webhooks_of_ends();

-- Another key claims to be a device: told when it begins, not each time that it asks.
CREATE FUNCTION tell_webhooks_of_claims() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO webhook_deliveries (webhook_id, type, data, happened_at)
  SELECT id, 'device.held', jsonb_build_object(
      'subject', jsonb_build_object('kind', 'device', 'id', NEW.id, 'name', NEW.serial),
      'reason', 'another key asks to be this device, and waits for a person'), NEW.claimed_at
    FROM webhooks WHERE enabled AND webhook_wants(events, 'device.held');
  RETURN NULL;
END $$;
CREATE TRIGGER devices_told AFTER UPDATE OF claimed_at ON devices FOR EACH ROW
  WHEN (NEW.claimed_at IS NOT NULL AND OLD.claimed_at IS NULL) EXECUTE FUNCTION tell_webhooks_of_claims();

-- The api makes them and never reads a secret; the worker sends, and may say that one failed or is gone.
GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks TO corefleet_api;
GRANT SELECT (id, webhook_id, created_at, valid_until), INSERT, UPDATE (valid_until) ON webhook_secrets TO corefleet_api;
GRANT SELECT, INSERT, DELETE, UPDATE (status, due_at, attempts, ended_at) ON webhook_deliveries TO corefleet_api;
GRANT SELECT ON webhooks, webhook_secrets TO corefleet_worker;
GRANT UPDATE (enabled, disabled_reason, failures, retry_at, version) ON webhooks TO corefleet_worker;
GRANT SELECT, UPDATE, DELETE ON webhook_deliveries TO corefleet_worker;
GRANT USAGE ON SEQUENCE webhook_deliveries_id_seq TO corefleet_api;
GRANT SELECT ON webhook_event_types TO corefleet_api;
