export { QueueModule } from './queue.module';
export {
  COMMANDS_QUEUE,
  CommandJob,
  ROLLOUTS_QUEUE,
  RolloutJob,
  SIGNING_QUEUE,
  SigningJob,
  SigningAnswer,
} from './jobs';
export { parseJob } from './parse-job';
export { addBounded } from './add-bounded';
export { Batcher } from './batcher';
export { TAKE_OVER } from './take-over';
