-- What became of a device's changes, step by step: one row each time the status or the readiness of a change moved, written in
-- the statement that moves it (libs/features/changes/src/change-row.ts). Kept longer than the changes themselves.
CREATE TABLE "change_history" (
    "enrolment_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(6) NOT NULL,
    "journal_epoch" INTEGER NOT NULL,
    "number" BIGINT NOT NULL,
    "change_id" TEXT NOT NULL,
    "spawn_time_ns" BIGINT NOT NULL,
    "command_id" UUID,
    "kind" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "ready" BOOLEAN NOT NULL,
    "err" TEXT,
    "spawn_time" TEXT NOT NULL,
    "ready_time" TEXT,
    "tasks" JSONB, -- of the end alone, with the data
    "data" JSONB,

    CONSTRAINT "change_history_pkey" PRIMARY KEY ("enrolment_id", "received_at", "journal_epoch", "number")
) PARTITION BY RANGE ("received_at");
CREATE TABLE "change_history_default" PARTITION OF "change_history" DEFAULT;
INSERT INTO history_tables (name, step) VALUES ('change_history', 'month');

CREATE FUNCTION refuse_history_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'cannot % %: a history is append-only', lower(TG_OP), TG_TABLE_NAME;
END $$;
CREATE TRIGGER change_history_append_only BEFORE UPDATE OR DELETE ON change_history
  FOR EACH ROW EXECUTE FUNCTION refuse_history_edit();
CREATE TRIGGER change_history_no_truncate BEFORE TRUNCATE ON change_history
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_edit();

GRANT SELECT ON change_history TO corefleet_api, corefleet_worker;
GRANT INSERT ON change_history TO corefleet_gateway;

-- What is over long enough is removed by the worker: changes that are ready, whose history stays, and what is quarantined.
GRANT DELETE ON changes, quarantined_items TO corefleet_worker;
GRANT SELECT ON quarantined_items TO corefleet_worker;
CREATE INDEX "quarantined_items_received_at_idx" ON "quarantined_items" ("received_at");

-- Of what is quarantined the newest 1,000 of each enrolment stay, so that no device fills the disk with what nobody can read.
CREATE FUNCTION bound_quarantine() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM quarantined_items AS kept USING (
    SELECT over.enrolment_id, over.journal_epoch, over.number
    FROM (SELECT DISTINCT enrolment_id FROM said) AS told, LATERAL (
      SELECT enrolment_id, journal_epoch, number FROM quarantined_items AS item WHERE item.enrolment_id = told.enrolment_id
      ORDER BY journal_epoch DESC, number DESC OFFSET 1000) AS over) AS gone
  WHERE (kept.enrolment_id, kept.journal_epoch, kept.number) = (gone.enrolment_id, gone.journal_epoch, gone.number);
  RETURN NULL;
END $$;
CREATE TRIGGER quarantined_items_bounded AFTER INSERT ON quarantined_items
  REFERENCING NEW TABLE AS said FOR EACH STATEMENT EXECUTE FUNCTION bound_quarantine();
