export { ReadsModule } from './reads.module';
export { ReadsService } from './reads.service';
export type { ReadAnswer } from './reads.service';
export { FollowsService } from './follows.service';
export type { EndReason, Follower } from './followed-log';
export { isFollow } from './check-read';
export { ReadEndedError, SnapdRefusedError } from './reads.errors';
