-- Groups: a filter, or a list of devices of their own.
CREATE TABLE "device_groups" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "filter" TEXT,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "device_groups_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "device_groups_name_key" ON "device_groups" ("name");

CREATE TABLE "device_group_members" (
    "group_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,

    CONSTRAINT "device_group_members_pkey" PRIMARY KEY ("group_id", "device_id")
);
CREATE INDEX "device_group_members_device_id_idx" ON "device_group_members" ("device_id");
ALTER TABLE "device_group_members" ADD CONSTRAINT "device_group_members_group_id_fkey"
  FOREIGN KEY ("group_id") REFERENCES "device_groups"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "device_group_members" ADD CONSTRAINT "device_group_members_device_id_fkey"
  FOREIGN KEY ("device_id") REFERENCES "devices"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- People make groups, through the API; who works with targets may look who is meant.
GRANT SELECT, INSERT, UPDATE, DELETE ON device_groups, device_group_members TO corefleet_api;
GRANT SELECT ON device_groups, device_group_members TO corefleet_worker, corefleet_signer;
