-- Policies that keep recovery systems fresh: they make rollouts at times, by the API alone, as only it may authorise.
CREATE TABLE "recovery_policies" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "filter" TEXT NOT NULL,
    "cron" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "jitter_seconds" INTEGER NOT NULL,
    "system" JSONB NOT NULL,
    "rollout" JSONB NOT NULL,
    "occurrence_at" TIMESTAMPTZ(6),
    "next_at" TIMESTAMPTZ(6),
    "starting_at" TIMESTAMPTZ(6),
    "starting_missed" INTEGER NOT NULL DEFAULT 0,
    "last_at" TIMESTAMPTZ(6),
    "last_outcome" TEXT,
    "last_reason" TEXT,
    "last_rollout_id" UUID,
    "author_id" UUID NOT NULL,
    "author_name" TEXT NOT NULL,
    "audit_id" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "recovery_policies_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "recovery_policies_name_key" ON "recovery_policies" ("name");

GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_policies TO corefleet_api;
