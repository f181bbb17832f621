-- A rollout does an ordered list of operations, its targets keep their own state, and waves their counts.

-- ---- rollouts ----
ALTER TABLE "rollouts"
  ADD COLUMN "does" JSONB,
  ADD COLUMN "steps" JSONB,
  ADD COLUMN "priority" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "limits" JSONB,
  ADD COLUMN "gate" JSONB,
  ADD COLUMN "time" JSONB,
  ADD COLUMN "precheck" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "late_joiners" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "start_at" TIMESTAMPTZ(6),
  ADD COLUMN "expire_after_seconds" INTEGER NOT NULL DEFAULT 2592000,
  ADD COLUMN "expires_at" TIMESTAMPTZ(6),
  ADD COLUMN "approvals_needed" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "plan_version" INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN "plan_digest" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "plan_summary" JSONB NOT NULL DEFAULT '{}',
  ADD COLUMN "start_credit" DOUBLE PRECISION NOT NULL DEFAULT 0,
  ADD COLUMN "credit_at" TIMESTAMPTZ(6),
  ADD COLUMN "author_id" TEXT NOT NULL DEFAULT '';

UPDATE "rollouts" SET
  steps = jsonb_build_array(jsonb_build_object('operation', operation, 'parameters', parameters)),
  limits = jsonb_build_object('maxInFlight', max_in_flight),
  gate = jsonb_build_object('maxFailedPercent', max_failed_percent, 'minFailed', min_failed,
                            'minReached', jsonb_build_object('count', 1), 'soakSeconds', 0, 'onFailure', 'pause'),
  time = jsonb_build_object('deadlineSeconds', deadline_seconds,
                            'attempts', jsonb_build_object('most', 1, 'backoffSeconds', 300), 'catchUp', 'run-when-back'),
  expires_at = coalesce(started_at, created_at) + interval '30 days',
  plan_summary = jsonb_build_object('devices', target_count, 'change', target_count, 'nothing', 0, 'blocked', 0, 'causes', '[]'::jsonb),
  author_id = coalesce((SELECT actor_id FROM audit_entries WHERE id = audit_id), '');
UPDATE "rollouts" SET does = jsonb_build_object('steps', steps);

ALTER TABLE "rollouts"
  ALTER COLUMN "does" SET NOT NULL, ALTER COLUMN "steps" SET NOT NULL, ALTER COLUMN "limits" SET NOT NULL,
  ALTER COLUMN "gate" SET NOT NULL, ALTER COLUMN "time" SET NOT NULL,
  ALTER COLUMN "expire_after_seconds" DROP DEFAULT, ALTER COLUMN "plan_digest" DROP DEFAULT,
  ALTER COLUMN "plan_summary" DROP DEFAULT, ALTER COLUMN "author_id" DROP DEFAULT,
  DROP COLUMN "operation", DROP COLUMN "parameters", DROP COLUMN "max_in_flight", DROP COLUMN "max_failed_percent",
  DROP COLUMN "min_failed", DROP COLUMN "deadline_seconds";

-- What a sweep looks for; rollouts that are over do not lengthen its way.
CREATE INDEX rollouts_open ON rollouts (status) WHERE finished_at IS NULL;

-- ---- commands: which attempt at which step of a target each is ----
ALTER TABLE "commands"
  ADD COLUMN "phase" TEXT NOT NULL DEFAULT 'apply',
  ADD COLUMN "attempt" INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN "step" INTEGER NOT NULL DEFAULT 0;

-- ---- targets ----
ALTER TABLE "rollout_targets"
  ADD COLUMN "site" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "phase" TEXT NOT NULL DEFAULT 'apply',
  ADD COLUMN "state" TEXT NOT NULL DEFAULT 'pending',
  ADD COLUMN "cause" TEXT,
  ADD COLUMN "message" TEXT,
  ADD COLUMN "late" TEXT,
  ADD COLUMN "attempt" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "step" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "not_before" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  ADD COLUMN "offered_at" TIMESTAMPTZ(6),
  ADD COLUMN "finished_at" TIMESTAMPTZ(6),
  ADD COLUMN "steps" JSONB,
  ADD COLUMN "rollback" JSONB,
  ADD COLUMN "plan" JSONB;

UPDATE "rollout_targets" t SET
  state = CASE WHEN t.skipped IS NOT NULL THEN 'skipped'
               WHEN c.status IN ('queued', 'signed') THEN 'offered'
               WHEN c.status = 'accepted' THEN 'running'
               ELSE c.status END,
  cause = coalesce(t.skipped, c.cause), message = c.message,
  late = CASE WHEN c.late_status = 'succeeded' THEN 'late-success' WHEN c.late_status IS NOT NULL THEN 'late-failure' END,
  attempt = CASE WHEN c.id IS NULL THEN 0 ELSE 1 END,
  offered_at = c.created_at, finished_at = c.finished_at
  FROM rollout_targets own LEFT JOIN commands c ON c.id = own.command_id
 WHERE own.rollout_id = t.rollout_id AND own.device_id = t.device_id
   AND (own.command_id IS NOT NULL OR own.skipped IS NOT NULL);
UPDATE "rollout_targets" t SET site = coalesce(d.labels->>'site', '') FROM devices d WHERE d.id = t.device_id;
ALTER TABLE "rollout_targets" DROP COLUMN "skipped";

-- Who may be given a command now, in the order in which they are looked at; whom a slot is taken by.
CREATE INDEX rollout_targets_waiting ON rollout_targets (rollout_id, phase, wave, not_before)
  WHERE state IN ('pending', 'waiting');
CREATE INDEX rollout_targets_in_flight ON rollout_targets (rollout_id, site)
  WHERE state IN ('offered', 'running', 'rebooting', 'verifying');
CREATE INDEX rollout_targets_busy_devices ON rollout_targets (device_id)
  WHERE state IN ('offered', 'running', 'rebooting', 'verifying');
CREATE INDEX rollout_targets_away ON rollout_targets (device_id) WHERE state = 'waiting' AND cause = 'offline';
-- What a device got from the rollouts before: for retries of policies and for drift.
CREATE INDEX rollout_targets_device ON rollout_targets (device_id, rollout_id);

-- ---- waves ----
ALTER TABLE "waves"
  ADD COLUMN "asked" JSONB,
  ADD COLUMN "gate" JSONB NOT NULL DEFAULT '{}',
  ADD COLUMN "counts" JSONB,
  ADD COLUMN "settled_at" TIMESTAMPTZ(6);
UPDATE "waves" w SET asked = jsonb_build_object('count', w.size),
  counts = coalesce((SELECT jsonb_object_agg(state, count)
                       FROM (SELECT coalesce(t.late, t.state) AS state, count(*) AS count FROM rollout_targets t
                              WHERE t.rollout_id = w.rollout_id AND t.wave = w.number GROUP BY 1) AS counted), '{}');
ALTER TABLE "waves" ALTER COLUMN "asked" SET NOT NULL, ALTER COLUMN "counts" SET NOT NULL, ALTER COLUMN "gate" DROP DEFAULT;

-- ---- moves, history, approvals, limits, penalties ----
CREATE TABLE "command_moves" (
    "id" BIGSERIAL NOT NULL,
    "rollout_id" UUID NOT NULL,
    "command_id" UUID NOT NULL,
    CONSTRAINT "command_moves_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "command_moves_rollout_id_id_idx" ON "command_moves"("rollout_id", "id");

CREATE TABLE "target_events" (
    "id" BIGSERIAL NOT NULL,
    "rollout_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "phase" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "cause" TEXT,
    "message" TEXT,
    "attempt" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "command_id" UUID,
    CONSTRAINT "target_events_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "target_events_rollout_id_id_idx" ON "target_events"("rollout_id", "id");
CREATE INDEX "target_events_device_id_id_idx" ON "target_events"("device_id", "id");

CREATE TABLE "rollout_approvals" (
    "id" UUID NOT NULL,
    "rollout_id" UUID NOT NULL,
    "plan_digest" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "person_name" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "remark" TEXT,
    "at" TIMESTAMPTZ(6) NOT NULL,
    CONSTRAINT "rollout_approvals_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "rollout_approvals_rollout_id_plan_digest_person_id_key"
  ON "rollout_approvals"("rollout_id", "plan_digest", "person_id");
ALTER TABLE "rollout_approvals" ADD CONSTRAINT "rollout_approvals_rollout_id_fkey"
  FOREIGN KEY ("rollout_id") REFERENCES "rollouts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "limits" (
    "scope" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "max_in_flight" INTEGER,
    "starts_per_minute" INTEGER,
    "max_downloading" INTEGER,
    "start_credit" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "credit_at" TIMESTAMPTZ(6),
    CONSTRAINT "limits_pkey" PRIMARY KEY ("scope", "key")
);
INSERT INTO "limits" ("scope", "key") VALUES ('fleet', '');

CREATE TABLE "device_penalties" (
    "device_id" UUID NOT NULL,
    "failures" INTEGER NOT NULL,
    "until" TIMESTAMPTZ(6) NOT NULL,
    CONSTRAINT "device_penalties_pkey" PRIMARY KEY ("device_id")
);

-- ---- whatever moves a command of a rollout leaves a move, in the same transaction and whoever it is ----
CREATE FUNCTION note_command_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO command_moves (rollout_id, command_id)
  SELECT now.rollout_id, now.id FROM moved AS now JOIN was USING (id)
   WHERE now.rollout_id IS NOT NULL AND now.status NOT IN ('queued', 'signed')
     AND (now.status, now.late_status) IS DISTINCT FROM (was.status, was.late_status);
  RETURN NULL;
END $$;
CREATE TRIGGER commands_moved AFTER UPDATE ON commands
  REFERENCING OLD TABLE AS was NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION note_command_moves();

-- ---- the history of targets is append-only ----
CREATE FUNCTION refuse_target_event_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'cannot % target_events: the history is append-only', lower(TG_OP);
END $$;
CREATE TRIGGER target_events_append_only BEFORE UPDATE OR DELETE ON target_events
  FOR EACH ROW EXECUTE FUNCTION refuse_target_event_edit();
CREATE TRIGGER target_events_no_truncate BEFORE TRUNCATE ON target_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_target_event_edit();

-- ---- grants ----
GRANT SELECT ON command_moves, target_events, rollout_approvals, limits, device_penalties TO corefleet_api;
GRANT INSERT ON target_events, rollout_approvals, limits TO corefleet_api;
GRANT UPDATE, DELETE ON limits TO corefleet_api;
GRANT DELETE ON device_penalties, rollout_targets, waves TO corefleet_api; -- a draft is planned anew; a person lets a device out
GRANT USAGE ON SEQUENCE target_events_id_seq TO corefleet_api, corefleet_worker;

GRANT SELECT ON command_moves, target_events, rollout_approvals, limits, device_penalties, changes, device_facts TO corefleet_worker;
GRANT DELETE, UPDATE (id) ON command_moves TO corefleet_worker; -- UPDATE of a column: what FOR UPDATE asks for
GRANT INSERT ON target_events TO corefleet_worker;
GRANT UPDATE (start_credit, credit_at) ON limits TO corefleet_worker;
GRANT INSERT, UPDATE, DELETE ON device_penalties TO corefleet_worker;
GRANT UPDATE (start_credit, credit_at, started_at, expires_at) ON rollouts TO corefleet_worker;
GRANT UPDATE (counts, settled_at) ON waves TO corefleet_worker;
GRANT UPDATE (phase, state, cause, message, late, attempt, step, command_id, not_before, offered_at, finished_at)
  ON rollout_targets TO corefleet_worker; -- never which devices are meant, nor what they are to do

GRANT SELECT ON rollouts, rollout_approvals TO corefleet_signer;
