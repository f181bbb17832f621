-- Whether a person lets the rollout have its commands signed. The api alone writes it: the worker, which moves the status, cannot
-- start what was never started, or was stopped.
ALTER TABLE "rollouts" ADD COLUMN "released" BOOLEAN NOT NULL DEFAULT false;
UPDATE "rollouts" SET released = status NOT IN ('draft', 'awaiting-approval', 'stopped');
