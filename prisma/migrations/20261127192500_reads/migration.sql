-- The HTTP status of snapd's refusal: a read passes it on.
ALTER TABLE "commands" ADD COLUMN "snapd_status" INTEGER;
GRANT UPDATE (snapd_status) ON commands TO corefleet_worker;

-- api: whoever asked for what is sensitive is shown it once, and it is not kept.
GRANT UPDATE (result, snapd_value) ON commands TO corefleet_api;

-- worker: removes reads some time after their end, and nothing else. The audit keeps that they were asked for.
GRANT DELETE ON commands TO corefleet_worker;

CREATE FUNCTION refuse_command_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.operation NOT LIKE 'read-%' OR OLD.finished_at IS NULL OR OLD.rollout_id IS NOT NULL THEN
    RAISE EXCEPTION 'cannot remove command %: only reads that have ended are removed', OLD.id;
  END IF;
  RETURN OLD;
END $$;

CREATE TRIGGER commands_kept BEFORE DELETE ON commands
  FOR EACH ROW WHEN (current_user = 'corefleet_worker') EXECUTE FUNCTION refuse_command_removal();

-- What the sweep looks for: reads that have ended.
CREATE INDEX commands_ended_reads ON commands (operation, finished_at) WHERE operation LIKE 'read-%';
