export { RecoverySystemsModule } from './recovery-systems.module';
export { RecoverySystemsReadModel } from './recovery-systems.read-model';
