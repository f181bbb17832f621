-- Since when a rollout is paused, and whatever else it is: what people are told beside the reason.
ALTER TABLE "rollouts" ADD COLUMN "status_since" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP;
UPDATE "rollouts" SET status_since = coalesce(finished_at, started_at, created_at);
GRANT UPDATE (status_since) ON rollouts TO corefleet_worker;
