-- Gateways that are up, each written by itself; the worker's sweep tells an outage of our own from a silent device by it.
CREATE TABLE "gateways" (
    "id" UUID NOT NULL,
    "up_since" TIMESTAMPTZ(6) NOT NULL,
    "seen_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "gateways_pkey" PRIMARY KEY ("id")
);

GRANT SELECT, INSERT, UPDATE, DELETE ON gateways TO corefleet_gateway;
GRANT SELECT ON gateways TO corefleet_worker, corefleet_api;
