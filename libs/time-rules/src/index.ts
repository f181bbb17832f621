export { backoff, failureClassOf, type FailedEnd, type FailureClass } from './backoff';
export { catchUp, CATCH_UP_POLICIES, type CatchUp, type CatchUpFacts, type CatchUpPolicy } from './catch-up';
export { CronError, validateCron } from './cron';
export { jitterSeconds } from './jitter';
export { nextOccurrence, nextOccurrences } from './occurrences';
export type { TimeProblem } from './problem';
export { validateWindow, WINDOW_MOST_MINUTES } from './validate-window';
export { windowState, zoneOf, type MaintenanceWindow, type WindowState } from './window';
export { isZone, validateZone } from './zone';
