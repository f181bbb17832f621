export { RecoveryPoliciesModule } from './policies/recovery-policies.module';
export { RecoveryPoliciesReadModel } from './policies/recovery-policies.read-model';
export { RecoveryPoliciesService } from './policies/recovery-policies.service';
export type { AssessedDevice, AssessedSystem } from './assess';
export { RecoverySystemPlanner } from './recovery-system.planner';
export { RecoverySystemsModule } from './recovery-systems.module';
export { RecoverySystemsReadModel } from './recovery-systems.read-model';
export { standingOf, type RecoveryState } from './standing';
