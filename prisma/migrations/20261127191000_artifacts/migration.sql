-- Files the server keeps; their bytes lie in a directory that api, gateway and worker share.
CREATE TABLE "artifacts" (
    "sha256" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "enrolment_id" UUID,
    "command_id" UUID,
    "expires_at" TIMESTAMPTZ(6),

    CONSTRAINT "artifacts_pkey" PRIMARY KEY ("sha256"),
    CONSTRAINT "artifacts_sha256_form" CHECK ("sha256" ~ '^[0-9a-f]{64}$'),
    CONSTRAINT "artifacts_size_form" CHECK ("size" >= 0)
);

CREATE INDEX "artifacts_created_at_sha256_idx" ON "artifacts"("created_at", "sha256");
CREATE INDEX "artifacts_command_id_idx" ON "artifacts"("command_id");
CREATE INDEX "artifacts_expiring" ON "artifacts"("expires_at") WHERE "expires_at" IS NOT NULL;

-- Digests of the files that a command or a rollout needs.
ALTER TABLE "commands" ADD COLUMN "artifacts" TEXT[] NOT NULL DEFAULT '{}';
ALTER TABLE "rollouts" ADD COLUMN "artifacts" TEXT[] NOT NULL DEFAULT '{}';

-- Whether an open command needs a file: asked before it is removed.
CREATE INDEX "commands_open_artifacts" ON "commands" USING gin ("artifacts") WHERE "finished_at" IS NULL AND "artifacts" <> '{}';

-- api: what people upload and remove. worker: removes what has expired (UPDATE of a column: what FOR UPDATE asks for).
GRANT SELECT, INSERT, DELETE, UPDATE (expires_at) ON artifacts TO corefleet_api;
GRANT SELECT, DELETE, UPDATE (expires_at) ON artifacts TO corefleet_worker;
-- gateway: what devices store.
GRANT SELECT, INSERT, UPDATE (expires_at) ON artifacts TO corefleet_gateway;

-- The gateway keeps files of devices, which all expire, and can only keep one of them longer.
CREATE FUNCTION refuse_lasting_device_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'corefleet_gateway'
     AND (NEW.expires_at IS NULL OR NEW.enrolment_id IS NULL OR NEW.command_id IS NULL
          OR (TG_OP = 'UPDATE' AND NEW.expires_at < OLD.expires_at)) THEN
    RAISE EXCEPTION 'permission denied: the gateway keeps files of devices alone, for a time' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER artifacts_of_devices BEFORE INSERT OR UPDATE ON artifacts
  FOR EACH ROW EXECUTE FUNCTION refuse_lasting_device_file();
