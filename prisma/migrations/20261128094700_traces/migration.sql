-- W3C traceparent of the request, or of the step of a rollout, that made the row: where the spans of the other processes belong.
ALTER TABLE "commands" ADD COLUMN "trace" TEXT;
ALTER TABLE "rollouts" ADD COLUMN "trace" TEXT;
