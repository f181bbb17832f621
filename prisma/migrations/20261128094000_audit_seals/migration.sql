-- Entries are chained after their commit, by the signer alone. What orders them is the transaction that wrote them: when every
-- transaction below the oldest one still running has ended, theirs are all there and none can come between.
-- xact and salt are for Postgres alone to say. Entries from before this migration get its own transaction, and go by their ids.
ALTER TABLE "audit_entries" ADD COLUMN "xact" xid8 NOT NULL DEFAULT pg_current_xact_id(),
ADD COLUMN "salt" UUID NOT NULL DEFAULT gen_random_uuid();
CREATE INDEX "audit_entries_xact_id_idx" ON "audit_entries"("xact", "id");
CREATE INDEX "audit_entries_actor_id_id_idx" ON "audit_entries"("actor_id", "id");
CREATE INDEX "audit_entries_at_idx" ON "audit_entries"("at");

REVOKE INSERT ON audit_entries FROM corefleet_api, corefleet_worker;
GRANT INSERT (at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, outcome, remark, source, details)
   ON audit_entries TO corefleet_api, corefleet_worker;

CREATE TABLE "audit_seals" (
    "position" BIGINT NOT NULL,
    "entry_id" BIGINT NOT NULL,
    "xact" xid8 NOT NULL,
    "leaf" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,
    "hidden" JSONB,

    CONSTRAINT "audit_seals_pkey" PRIMARY KEY ("position")
);
CREATE UNIQUE INDEX "audit_seals_entry_id_key" ON "audit_seals"("entry_id");

CREATE TABLE "audit_sealing" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "audit_sealing_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "audit_sealing_one_row" CHECK (id = 1)
);

GRANT SELECT ON audit_seals, audit_sealing TO corefleet_api, corefleet_signer;
GRANT INSERT ON audit_seals TO corefleet_signer;
GRANT INSERT, UPDATE ON audit_sealing TO corefleet_signer;

CREATE OR REPLACE FUNCTION refuse_audit_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'cannot % %: the audit is append-only', lower(TG_OP), TG_TABLE_NAME;
END $$;

CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE ON audit_seals
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_edit();
CREATE TRIGGER audit_seals_no_truncate BEFORE TRUNCATE ON audit_seals
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_edit();
