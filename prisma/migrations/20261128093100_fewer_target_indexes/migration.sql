-- Every move of a target writes every index of its table. By its key (rollout_id, device_id) a page of targets is read as well as
-- by wave; and for a rollout that has grown since it was analysed the planner took the index of waves to find a batch of
-- targets: it read all of the rollout, for each batch.
DROP INDEX "rollout_targets_rollout_id_wave_idx";

-- Who is in flight at which site is asked over all rollouts: rollout_targets_busy_devices has the same few rows.
DROP INDEX "rollout_targets_in_flight";
