-- Whether a file is for role admin alone, kept with the file: its read is removed an hour after its end, the file a week.
ALTER TABLE "artifacts" ADD COLUMN "sensitive" BOOLEAN NOT NULL DEFAULT false;
UPDATE "artifacts" SET "sensitive" = true WHERE "command_id" IS NOT NULL;

-- A device's file that a person has uploaded too lasts: the gateway gives it no end again.
CREATE OR REPLACE FUNCTION refuse_lasting_device_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'corefleet_gateway'
     AND (NEW.expires_at IS NULL OR NEW.enrolment_id IS NULL OR NEW.command_id IS NULL
          OR (TG_OP = 'UPDATE' AND (OLD.expires_at IS NULL OR NEW.expires_at < OLD.expires_at))) THEN
    RAISE EXCEPTION 'permission denied: the gateway keeps files of devices alone, for a time' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

-- api: takes the answer of a read out of its row, and writes no answer of any command.
CREATE FUNCTION refuse_other_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.operation NOT LIKE 'read-%' OR OLD.finished_at IS NULL OR NEW.result IS NOT NULL OR NEW.snapd_value IS NOT NULL THEN
    RAISE EXCEPTION 'permission denied: the answer of command % is not the API''s to write', OLD.id USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER commands_answered BEFORE UPDATE OF result, snapd_value ON commands
  FOR EACH ROW WHEN (current_user = 'corefleet_api') EXECUTE FUNCTION refuse_other_answer();
