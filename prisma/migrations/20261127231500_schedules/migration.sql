-- Rollouts that are made at times, by the API alone: only it may authorise.
CREATE TABLE "schedules" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "cron" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "jitter_seconds" INTEGER NOT NULL,
    "if_running" TEXT NOT NULL,
    "rollout" JSONB NOT NULL,
    "occurrence_at" TIMESTAMPTZ(6),
    "next_at" TIMESTAMPTZ(6),
    "starting_at" TIMESTAMPTZ(6),
    "starting_missed" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT,
    "last_at" TIMESTAMPTZ(6),
    "last_outcome" TEXT,
    "last_reason" TEXT,
    "last_rollout_id" UUID,
    "author_id" UUID NOT NULL,
    "author_name" TEXT NOT NULL,
    "audit_id" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "schedules_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "schedules_name_key" ON "schedules" ("name");

GRANT SELECT, INSERT, UPDATE, DELETE ON schedules TO corefleet_api;
