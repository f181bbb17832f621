-- Who has approved a plan may still reject it: what a person said first stays, and one rejection keeps the plan from devices.
CREATE UNIQUE INDEX "rollout_approvals_rollout_id_plan_digest_person_id_decision_key"
  ON "rollout_approvals"("rollout_id", "plan_digest", "person_id", "decision");
DROP INDEX "rollout_approvals_rollout_id_plan_digest_person_id_key";
