-- Reports that are made at times and kept, by the API alone: in the name of who last said what they are.
CREATE TABLE "report_schedules" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "cron" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "jitter_seconds" INTEGER NOT NULL,
    "report" JSONB NOT NULL,
    "format" TEXT NOT NULL,
    "keep" INTEGER NOT NULL,
    "occurrence_at" TIMESTAMPTZ(6),
    "next_at" TIMESTAMPTZ(6),
    "starting_at" TIMESTAMPTZ(6),
    "starting_missed" INTEGER NOT NULL DEFAULT 0,
    "last_at" TIMESTAMPTZ(6),
    "last_outcome" TEXT,
    "last_reason" TEXT,
    "author_id" UUID NOT NULL,
    "author_name" TEXT NOT NULL,
    "audit_id" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "report_schedules_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "report_schedules_name_key" ON "report_schedules" ("name");

-- The bytes are those of an artifact.
CREATE TABLE "report_runs" (
    "id" UUID NOT NULL,
    "schedule_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "occurrence" TIMESTAMPTZ(6) NOT NULL,
    "made_at" TIMESTAMPTZ(6) NOT NULL,
    "format" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,

    CONSTRAINT "report_runs_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "report_runs_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "report_schedules" ("id")
      ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "report_runs_schedule_id_key_key" ON "report_runs" ("schedule_id", "key");
CREATE INDEX "report_runs_sha256_idx" ON "report_runs" ("sha256");

GRANT SELECT, INSERT, UPDATE, DELETE ON report_schedules, report_runs TO corefleet_api;
