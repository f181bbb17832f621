export { QueueModule } from './queue.module';
export {
  COMMANDS_QUEUE,
  CommandJob,
  ROLLOUTS_QUEUE,
  RolloutJob,
  SIGNING_QUEUE,
  SigningJob,
  SigningAnswer,
  SCHEDULES_QUEUE,
  TurnJob,
} from './jobs';
export { parseJob } from './parse-job';
export { addBounded, bounded } from './add-bounded';
export { Batcher } from './batcher';
export { Coalesced } from './coalesced';
export { repeatStrategy } from './repeat-strategy';
export { TAKE_OVER } from './take-over';
