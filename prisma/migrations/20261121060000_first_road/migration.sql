-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(6),

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6),
    "last_used_at" TIMESTAMPTZ(6),
    "revoked_at" TIMESTAMPTZ(6),

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "setup_links" (
    "id" UUID NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "used_at" TIMESTAMPTZ(6),

    CONSTRAINT "setup_links_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "remark" TEXT,
    "source" TEXT,
    "details" JSONB NOT NULL,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrolment_tokens" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "labels" JSONB NOT NULL,
    "max_uses" INTEGER NOT NULL,
    "uses" INTEGER NOT NULL DEFAULT 0,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "revoked_at" TIMESTAMPTZ(6),

    CONSTRAINT "enrolment_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrolments" (
    "id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "public_key" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "next_sequence" BIGINT NOT NULL DEFAULT 1,
    "token_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(6),

    CONSTRAINT "enrolments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "devices" (
    "id" UUID NOT NULL,
    "brand_id" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "serial" TEXT NOT NULL,
    "labels" JSONB NOT NULL,
    "enrolment_id" UUID,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "devices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_links" (
    "enrolment_id" UUID NOT NULL,
    "journal_id" TEXT NOT NULL,
    "journal_epoch" INTEGER NOT NULL,
    "agent_version" TEXT NOT NULL,
    "protocol" INTEGER NOT NULL,
    "boot_id" TEXT,
    "snapd_state" TEXT NOT NULL,
    "connected_at" TIMESTAMPTZ(6) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "device_links_pkey" PRIMARY KEY ("enrolment_id")
);

-- CreateTable
CREATE TABLE "device_facts" (
    "enrolment_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "journal_epoch" INTEGER NOT NULL,
    "number" BIGINT NOT NULL,
    "received_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "device_facts_pkey" PRIMARY KEY ("enrolment_id","name")
);

-- CreateTable
CREATE TABLE "changes" (
    "enrolment_id" UUID NOT NULL,
    "change_id" TEXT NOT NULL,
    "spawn_time_ns" BIGINT NOT NULL,
    "command_id" UUID,
    "kind" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "ready" BOOLEAN NOT NULL,
    "err" TEXT,
    "spawn_time" TEXT NOT NULL,
    "ready_time" TEXT,
    "tasks" JSONB NOT NULL,
    "data" JSONB,
    "journal_epoch" INTEGER NOT NULL,
    "number" BIGINT NOT NULL,
    "received_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "changes_pkey" PRIMARY KEY ("enrolment_id","change_id","spawn_time_ns")
);

-- CreateTable
CREATE TABLE "notices" (
    "enrolment_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "user_id" INTEGER NOT NULL DEFAULT -1,
    "notice_id" TEXT NOT NULL,
    "first_occurred" TEXT NOT NULL,
    "last_occurred" TEXT NOT NULL,
    "last_repeated" TEXT NOT NULL,
    "last_repeated_ns" BIGINT NOT NULL,
    "occurrences" INTEGER NOT NULL,
    "last_data" JSONB,
    "journal_epoch" INTEGER NOT NULL,
    "number" BIGINT NOT NULL,
    "received_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "notices_pkey" PRIMARY KEY ("enrolment_id","type","key","user_id")
);

-- CreateTable
CREATE TABLE "quarantined_items" (
    "enrolment_id" UUID NOT NULL,
    "journal_epoch" INTEGER NOT NULL,
    "number" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,
    "item" JSONB NOT NULL,
    "received_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "quarantined_items_pkey" PRIMARY KEY ("enrolment_id","journal_epoch","number")
);

-- CreateTable
CREATE TABLE "commands" (
    "id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "enrolment_id" UUID NOT NULL,
    "rollout_id" UUID,
    "operation" TEXT NOT NULL,
    "parameters" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "audit_id" BIGINT NOT NULL,
    "requested_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "valid_until" TIMESTAMPTZ(6) NOT NULL,
    "deadline_seconds" INTEGER NOT NULL,
    "key_id" TEXT,
    "sequence" BIGINT,
    "envelope" TEXT,
    "signature" TEXT,
    "signed_at" TIMESTAMPTZ(6),
    "accepted_at" TIMESTAMPTZ(6),
    "finished_at" TIMESTAMPTZ(6),
    "change_ids" TEXT[],
    "cause" TEXT,
    "message" TEXT,
    "snapd_kind" TEXT,
    "snapd_value" JSONB,
    "result" JSONB,
    "late_status" TEXT,
    "applied_epoch" INTEGER NOT NULL DEFAULT 0,
    "applied_number" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "commands_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "command_reports" (
    "enrolment_id" UUID NOT NULL,
    "journal_epoch" INTEGER NOT NULL,
    "number" BIGINT NOT NULL,
    "command_id" UUID NOT NULL,
    "report" JSONB NOT NULL,
    "received_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "command_reports_pkey" PRIMARY KEY ("enrolment_id","journal_epoch","number")
);

-- CreateTable
CREATE TABLE "signing_keys" (
    "id" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(6),

    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rollouts" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "parameters" JSONB NOT NULL,
    "filter" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "max_in_flight" INTEGER NOT NULL,
    "max_failed_percent" INTEGER NOT NULL,
    "min_failed" INTEGER NOT NULL,
    "deadline_seconds" INTEGER NOT NULL,
    "target_count" INTEGER NOT NULL,
    "accepted_failures" INTEGER NOT NULL DEFAULT 0,
    "audit_id" BIGINT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(6),
    "finished_at" TIMESTAMPTZ(6),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "rollouts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "waves" (
    "rollout_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "size" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(6),
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "waves_pkey" PRIMARY KEY ("rollout_id","number")
);

-- CreateTable
CREATE TABLE "rollout_targets" (
    "rollout_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "wave" INTEGER NOT NULL,
    "command_id" UUID,
    "skipped" TEXT,

    CONSTRAINT "rollout_targets_pkey" PRIMARY KEY ("rollout_id","device_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_username_key" ON "users"("username");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_secret_hash_key" ON "api_tokens"("secret_hash");

-- CreateIndex
CREATE UNIQUE INDEX "setup_links_secret_hash_key" ON "setup_links"("secret_hash");

-- CreateIndex
CREATE INDEX "audit_entries_subject_id_id_idx" ON "audit_entries"("subject_id", "id");

-- CreateIndex
CREATE INDEX "audit_entries_action_id_idx" ON "audit_entries"("action", "id");

-- CreateIndex
CREATE UNIQUE INDEX "enrolment_tokens_secret_hash_key" ON "enrolment_tokens"("secret_hash");

-- CreateIndex
CREATE UNIQUE INDEX "enrolments_public_key_key" ON "enrolments"("public_key");

-- CreateIndex
CREATE INDEX "enrolments_device_id_idx" ON "enrolments"("device_id");

-- CreateIndex
CREATE UNIQUE INDEX "devices_enrolment_id_key" ON "devices"("enrolment_id");

-- CreateIndex
CREATE UNIQUE INDEX "devices_brand_id_model_serial_key" ON "devices"("brand_id", "model", "serial");

-- CreateIndex
CREATE INDEX "changes_enrolment_id_spawn_time_ns_idx" ON "changes"("enrolment_id", "spawn_time_ns");

-- CreateIndex
CREATE INDEX "changes_command_id_idx" ON "changes"("command_id");

-- CreateIndex
CREATE INDEX "commands_device_id_id_idx" ON "commands"("device_id", "id");

-- CreateIndex
CREATE INDEX "commands_rollout_id_id_idx" ON "commands"("rollout_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "commands_enrolment_id_sequence_key" ON "commands"("enrolment_id", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "signing_keys_public_key_key" ON "signing_keys"("public_key");

-- CreateIndex
CREATE UNIQUE INDEX "rollout_targets_command_id_key" ON "rollout_targets"("command_id");

-- CreateIndex
CREATE INDEX "rollout_targets_rollout_id_wave_idx" ON "rollout_targets"("rollout_id", "wave");

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrolments" ADD CONSTRAINT "enrolments_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "devices"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "waves" ADD CONSTRAINT "waves_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollouts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_targets" ADD CONSTRAINT "rollout_targets_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollouts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

