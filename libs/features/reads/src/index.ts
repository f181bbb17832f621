export { ReadsModule } from './reads.module';
export { ReadsService } from './reads.service';
export type { ReadAnswer } from './reads.service';
export { ReadEndedError, SnapdRefusedError } from './reads.errors';
