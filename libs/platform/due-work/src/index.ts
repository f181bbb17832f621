export type { DueKind } from './due-kind';
export { DueWork } from './due-work';
export { DueWorkModule } from './due-work.module';
