-- What is sent again waits from then on, not since it happened: the prune gave up again at once what was a week old.
ALTER TABLE "webhook_deliveries" ADD COLUMN "replayed_at" TIMESTAMPTZ(6);
GRANT UPDATE (replayed_at) ON webhook_deliveries TO corefleet_api;
