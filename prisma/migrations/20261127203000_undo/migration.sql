-- What the agent says takes the command back: operations with parameters, computed from what was there before.
ALTER TABLE "commands" ADD COLUMN "undo" JSONB;
GRANT UPDATE (undo) ON commands TO corefleet_worker;
