export { RecoverySystemPlanner } from './recovery-system.planner';
export { RecoverySystemsModule } from './recovery-systems.module';
export { RecoverySystemsReadModel } from './recovery-systems.read-model';
