export { RolloutsModule } from './rollouts.module';
export { RolloutsService } from './rollouts.service';
export type { CreateRollout } from './rollouts.service';
export { RolloutJobs } from './rollout-jobs';
export { RolloutReconciler } from './rollout-reconciler';
export { RolloutsReadModel } from './rollouts.read-model';
export type { RolloutPage, RolloutView, TargetPage, TargetView, WaveView } from './rollout-view';
export { planWaves } from './plan-waves';
export type { WaveSize } from './plan-waves';
