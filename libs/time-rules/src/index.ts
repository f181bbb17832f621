export { backoff, failureClassOf, type FailedEnd, type FailureClass } from './backoff';
export { validateCron } from './cron';
export { nextOccurrence } from './occurrences';
export { dueTurn, nextTurn, type Timetable, type Turn } from './turn';
export { validateWindow } from './validate-window';
export { windowState, zoneOf, type MaintenanceWindow, type WindowState } from './window';
export { isZone, localTime, validateZone } from './zone';
